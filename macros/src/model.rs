//! The block as the rest of the pipeline sees it: which methods are traced, and in what role.

pub mod arguments;
pub mod attributes;
pub mod returned;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{ItemImpl, Type, Visibility};

use self::arguments::{Arguments, simple_name, typed_inputs};
use self::returned::{Returned, ungrouped};
use crate::args::{BlockArgs, MethodArgs};
use crate::errors::Errors;
use crate::item::{Function, ImplBlock, Member};
use crate::preset::Preset;
use crate::rewrite::twin_of;

pub struct Block {
    pub preset: &'static Preset,
    /// The block without its members.
    pub head: ItemImpl,
    /// The type's name in spans and metrics.
    pub type_name: String,
    pub calls: Vec<Collaborator>,
    pub parts: Vec<Part>,
}

/// A field that takes the context.
pub struct Collaborator {
    pub field: syn::Member,
    pub name: String,
}

pub enum Part {
    /// Not a method, or one without a body.
    Verbatim(TokenStream),
    Method(Box<Method>),
}

pub struct Method {
    pub function: Function,
    pub args: MethodArgs,
    pub role: Role,
    pub sql: bool,
}

/// What becomes of a method.
pub enum Role {
    /// It stays exactly as it was.
    Left,
    /// It stays exactly as it was, and has a twin all the same: callers that list its type need not know.
    Skipped(Box<Traced>),
    /// It is traced.
    Traced(Box<Traced>),
}

pub struct Traced {
    pub entrance: Entrance,
    pub arguments: Arguments,
    pub returned: Returned,
    /// Others must still see an `async fn`.
    pub stays_async: bool,
}

/// The second way into a traced method.
pub enum Entrance {
    /// Nobody else can call it.
    None,
    /// `<name>_ctx` is to be written.
    Twin,
    /// `<name>_ctx` would be written, but this method of the block has its name.
    Taken(Ident),
    /// The user wrote `<name>_ctx`, and `<name>` is to be written.
    Plain(Ident),
}

impl Block {
    pub fn new(preset: &'static Preset, args: BlockArgs, item: ImplBlock, errors: &mut Errors) -> Block {
        let type_name = args.name.map_or_else(|| type_name(&item.head.self_ty), |name| name.value);
        let calls = args
            .calls
            .map_or_else(Vec::new, |calls| calls.value.into_iter().map(Collaborator::new).collect());
        let facts = BlockFacts {
            sql: preset.sql || args.sql.is_some(),
            is_read: !item.head.attrs.iter().all(attributes::is_inert),
            names: function_names(&item),
        };
        let parts = item.members.into_iter().map(|member| part(member, &facts, errors)).collect();
        Block { preset, head: item.head, type_name, calls, parts }
    }

    pub fn methods(&self) -> impl Iterator<Item = &Method> {
        self.parts.iter().filter_map(|part| match part {
            Part::Method(method) => Some(&**method),
            Part::Verbatim(_) => None,
        })
    }

    pub fn traced(&self) -> impl Iterator<Item = (&Method, &Traced)> {
        self.methods().filter_map(|method| match &method.role {
            Role::Traced(traced) => Some((method, &**traced)),
            Role::Left | Role::Skipped(_) => None,
        })
    }
}

impl Collaborator {
    fn new(field: syn::Member) -> Collaborator {
        let name = quote!(#field).to_string();
        Collaborator { field, name }
    }
}

/// What a method has to know of its block.
struct BlockFacts {
    sql: bool,
    /// Whether an attribute of others reads the methods.
    is_read: bool,
    names: Vec<Ident>,
}

fn function_names(item: &ImplBlock) -> Vec<Ident> {
    let functions = item.members.iter().filter_map(|member| match member {
        Member::Function(function) => Some(function.sig.ident.clone()),
        Member::Other { .. } => None,
    });
    functions.collect()
}

fn part(member: Member, facts: &BlockFacts, errors: &mut Errors) -> Part {
    match member {
        Member::Function(function) => Part::Method(Box::new(Method::new(*function, facts, errors))),
        Member::Other { tokens, traced } => {
            if let Some(attr) = traced {
                errors.over(attr, "`#[traced]` belongs on a method with a body; remove it here");
            }
            Part::Verbatim(tokens)
        }
    }
}

impl Method {
    fn new(mut function: Function, facts: &BlockFacts, errors: &mut Errors) -> Method {
        let args = MethodArgs::take(&mut function.attrs, errors);
        let sql = facts.sql && args.sql_off.is_none();
        let role = match (entrance(&function, &args, facts), &args.skip) {
            (Some(entrance), None) => {
                attributes::hoist_inner(&mut function);
                Role::Traced(Box::new(Traced::new(&function, entrance, facts)))
            }
            (Some(Entrance::Twin), Some(_)) => {
                Role::Skipped(Box::new(Traced::new(&function, Entrance::Twin, facts)))
            }
            _ => Role::Left,
        };
        Method { function, args, role, sql }
    }

    pub fn name(&self) -> &Ident {
        &self.function.sig.ident
    }
}

/// The second way into a method; `None` if the method is not one to be traced.
fn entrance(function: &Function, args: &MethodArgs, facts: &BlockFacts) -> Option<Entrance> {
    function.sig.asyncness?;
    if matches!(function.vis, Visibility::Inherited) {
        return args.asked.map(|_| Entrance::None);
    }
    if let Some(plain) = plain_name(function).filter(|plain| !facts.names.contains(plain)) {
        return Some(Entrance::Plain(plain));
    }
    let twin = twin_of(&function.sig.ident);
    let taken = facts.names.iter().find(|name| **name == twin);
    Some(taken.map_or(Entrance::Twin, |taken| Entrance::Taken(taken.clone())))
}

/// `list`, if the function is a `list_ctx` that takes a `Ctx`. The name alone would not do: others have methods
/// called so, and contexts of their own.
fn plain_name(function: &Function) -> Option<Ident> {
    let name = function.sig.ident.unraw().to_string();
    let plain = name.strip_suffix("_ctx").filter(|plain| !plain.is_empty())?;
    let first = typed_inputs(&function.sig).next()?;
    let Type::Path(path) = &*first.ty else { return None };
    simple_name(&first.pat)?;
    let is_ctx = path.path.segments.last()?.ident == "Ctx";
    let mut plain: Ident = syn::parse_str(plain).ok()?;
    plain.set_span(function.sig.ident.span());
    is_ctx.then_some(plain)
}

impl Traced {
    fn new(function: &Function, entrance: Entrance, facts: &BlockFacts) -> Traced {
        let attrs = &function.attrs;
        let returned = Returned::of(&function.sig.output);
        let is_read = facts.is_read || !attrs.iter().all(attributes::is_inert);
        // On an `async fn`, `must_use` speaks of the awaited value; and only an `async fn` can return `!`.
        let stays_async =
            is_read || matches!(returned, Returned::Never) || attributes::has(attrs, "must_use");
        let mut arguments = Arguments::of(&function.sig, is_read);
        if matches!(entrance, Entrance::Plain(_)) {
            arguments.replace_context(is_read);
        }
        Traced { entrance, arguments, returned, stays_async }
    }
}

/// `TaskService` of `crate::TaskService<'a, T>`; the tokens of what has no path.
fn type_name(self_ty: &Type) -> String {
    match ungrouped(self_ty) {
        Type::Path(path) => {
            path.path.segments.last().map_or_else(String::new, |last| last.ident.unraw().to_string())
        }
        other => quote!(#other).to_string(),
    }
}
