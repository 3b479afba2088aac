//! The block as the rest of the pipeline sees it: which methods are traced, and in what role.

pub mod arguments;
pub mod attributes;
pub mod automock;
pub mod bounds;
pub mod in_place;
pub mod lifetimes;
pub mod returned;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Attribute, GenericParam, Generics, ItemImpl, Type, TypeParamBound, Visibility};

use self::arguments::{Arguments, Patterns, simple_name, typed_inputs};
use self::attributes::AsyncTrait;
use self::automock::Automock;
use self::returned::{Kind, Returned, ungrouped};
use crate::args::{BlockArgs, FieldPath, MethodArgs};
use crate::errors::Errors;
use crate::item::{Body, Function, Head, Item, Member};
use crate::preset::{self, Preset};
use crate::rewrite::twin_of;

pub struct Block {
    pub preset: &'static Preset,
    /// The path of the runtime, as generated code names it.
    pub runtime: TokenStream,
    /// Whether the user said it.
    pub runtime_is_said: bool,
    pub head: Head,
    pub owner: Owner,
    pub calls: Vec<Collaborator>,
    pub untraced: Vec<Collaborator>,
    pub strict: bool,
    /// The attribute of async-trait that the trait has.
    pub async_trait: Option<AsyncTrait>,
    /// The attribute of mockall that the trait had.
    pub automock: Option<Automock>,
    pub parts: Vec<Part>,
}

/// What stands before a method's name in spans and metrics.
pub enum Owner {
    Type(String),
    /// A function's module.
    Module,
}

/// A field, or a local, that takes the context.
pub struct Collaborator {
    /// As it was written.
    pub written: TokenStream,
    /// From its first name, which is `self` on a block.
    pub path: Vec<String>,
}

pub enum Part {
    /// Not a method, or one without a body in an impl.
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
    /// It stays exactly as it was, and has a twin all the same: it is skipped, and callers that list its type need not
    /// know; or a trait requires it.
    Kept(Box<Traced>),
    /// It is traced.
    Traced(Box<Traced>),
}

pub struct Traced {
    pub entrance: Entrance,
    pub arguments: Arguments,
    pub returned: Returned,
    /// How the method is `async`.
    pub asyncness: Asyncness,
    /// Whether nothing but an `async fn` can have the signature.
    pub only_async: bool,
    /// Whether an attribute of others reads the method.
    pub is_read: bool,
    /// Whether the body is nothing but the future that is returned, which is wrapped where it is.
    pub in_place: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asyncness {
    /// It is no `async fn`.
    Not,
    /// It is written as a `fn` that returns the call.
    Rewritten,
    /// Others must still see an `async fn`.
    Stays,
}

/// The second way into a traced method.
pub enum Entrance {
    /// Nobody else can call it, or its trait has it.
    None,
    /// `<name>_ctx` is to be written.
    Twin,
    /// `<name>_ctx` would be written, but this method of the block has its name.
    Taken(Ident),
    /// The user wrote `<name>_ctx`, and `<name>` is to be written.
    Plain(Ident),
}

impl Block {
    pub fn new(
        preset: &'static Preset,
        args: BlockArgs,
        method_args: MethodArgs,
        mut item: Item,
        errors: &mut Errors,
    ) -> Block {
        let automock = match &mut item.head {
            Head::Trait(head) => Automock::take(&mut head.attrs),
            Head::Impl(_) | Head::Function => None,
        };
        let base = matches!(item.head, Head::Impl(_) | Head::Trait(_)).then_some("self");
        let collaborators = |listed: Option<crate::args::Given<Vec<FieldPath>>>| {
            listed.map_or_else(Vec::new, |listed| {
                listed.value.into_iter().map(|path| Collaborator::new(base, path)).collect()
            })
        };
        let facts = BlockFacts::new(preset, &args, &item);
        let owner = match args.name {
            Some(name) => Owner::Type(name.value),
            None => owner(&item.head),
        };
        let mut on_function = Some(method_args);
        let parts = item.members.into_iter().flat_map(Member::by_condition).map(|member| {
            // Of a function, the attribute itself has the options.
            let given = if base.is_none() { on_function.take() } else { None };
            part(member, given.unwrap_or_default(), &facts, errors)
        });
        let parts = parts.collect();
        Block {
            preset,
            runtime_is_said: args.runtime.is_some(),
            runtime: facts.runtime,
            head: item.head,
            owner,
            calls: collaborators(args.calls),
            untraced: collaborators(args.untraced),
            strict: args.strict.is_some(),
            async_trait: facts.async_trait,
            automock,
            parts,
        }
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
            Role::Left | Role::Kept(_) => None,
        })
    }

    pub fn is_trait(&self) -> bool {
        matches!(self.head, Head::Trait(_))
    }
}

/// With a span of this crate's own, so that the name cannot mean anything of the user's.
fn runtime(path: Option<&syn::Path>) -> TokenStream {
    path.map_or_else(|| quote_spanned!(Span::mixed_site()=> ::spanweave), |path| quote!(#path))
}

impl Head {
    pub fn attrs(&self) -> &[Attribute] {
        match self {
            Head::Impl(head) => &head.attrs,
            Head::Trait(head) => &head.attrs,
            Head::Function => &[],
        }
    }
}

impl Collaborator {
    fn new(base: Option<&str>, path: FieldPath) -> Collaborator {
        let path_from_base = base.into_iter().map(str::to_owned).chain(path.segments).collect();
        Collaborator { written: path.tokens, path: path_from_base }
    }
}

impl Member {
    /// A method that is `#[traced(…)]` under a condition is two methods, one of which is there.
    fn by_condition(self) -> Vec<Member> {
        match self {
            Member::Function(function) => attributes::by_condition(*function)
                .into_iter()
                .map(|function| Member::Function(Box::new(function)))
                .collect(),
            other @ Member::Other { .. } => vec![other],
        }
    }
}

/// What a method has to know of its block.
struct BlockFacts {
    place: Place,
    runtime: TokenStream,
    sql: bool,
    sync: bool,
    /// Whether an attribute of others reads the methods.
    is_read: bool,
    async_trait: Option<AsyncTrait>,
    names: Vec<Ident>,
}

/// Where a method stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Impl,
    Trait,
    ImplOfTrait,
    /// By itself, as far as its attribute can see.
    Alone,
}

impl BlockFacts {
    fn new(preset: &Preset, args: &BlockArgs, item: &Item) -> BlockFacts {
        let place = match &item.head {
            Head::Impl(head) if head.trait_.is_some() => Place::ImplOfTrait,
            Head::Impl(_) => Place::Impl,
            Head::Trait(_) => Place::Trait,
            Head::Function => Place::Alone,
        };
        let in_trait = place == Place::Trait;
        BlockFacts {
            place,
            runtime: runtime(args.runtime.as_ref().map(|runtime| &runtime.value)),
            sql: preset.sql || args.sql.is_some(),
            sync: args.sync.is_some(),
            is_read: !item.head.attrs().iter().all(attributes::is_inert),
            async_trait: if in_trait { attributes::async_trait(item.head.attrs()) } else { None },
            names: function_names(item),
        }
    }

    fn is_callable(&self, function: &Function) -> bool {
        match self.place {
            Place::Trait | Place::ImplOfTrait => true,
            Place::Impl | Place::Alone => !matches!(function.vis, Visibility::Inherited),
        }
    }
}

fn function_names(item: &Item) -> Vec<Ident> {
    let functions = item.members.iter().filter_map(|member| match member {
        Member::Function(function) => Some(function.sig.ident.clone()),
        Member::Other { .. } => None,
    });
    functions.collect()
}

fn part(member: Member, args: MethodArgs, facts: &BlockFacts, errors: &mut Errors) -> Part {
    match member {
        Member::Function(function) => Part::Method(Box::new(Method::new(*function, args, facts, errors))),
        Member::Other { tokens, traced } => {
            if let Some(attr) = traced {
                errors.over(attr, "`#[traced]` belongs on a method; remove it here");
            }
            Part::Verbatim(tokens)
        }
    }
}

impl Method {
    fn new(mut function: Function, mut args: MethodArgs, facts: &BlockFacts, errors: &mut Errors) -> Method {
        args.take(&mut function.attrs, errors);
        if facts.place != Place::Alone {
            take_attributes_of_blocks(&mut function.attrs, errors);
        }
        let sql = facts.sql && args.sql_off.is_none();
        let role = Role::of(&mut function, &args, facts);
        Method { function, args, role, sql }
    }

    pub fn name(&self) -> &Ident {
        &self.function.sig.ident
    }
}

/// The block's attribute has the methods already.
fn take_attributes_of_blocks(attrs: &mut Vec<Attribute>, errors: &mut Errors) {
    for attr in attrs.extract_if(.., |attr| preset::is_of_blocks(attr.path())) {
        let name = attr.path().segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        errors.over(
            attr,
            format!("`#[{name}]` on a method of a block; write `#[traced(…)]`, or move the method to a block of its own"),
        );
    }
}

impl Role {
    fn of(function: &mut Function, args: &MethodArgs, facts: &BlockFacts) -> Role {
        if !can_be_traced(function) {
            return Role::Left;
        }
        let returned = Returned::of(&function.sig);
        let is_asked = args.asked.is_some() && args.skip.is_none();
        let by_itself = function.sig.asyncness.is_some() || facts.sync || returned.goes_on();
        let is_meant = is_asked || (by_itself && facts.is_callable(function));
        if !is_meant {
            return Role::Left;
        }
        let entrance = entrance(function, facts);
        let is_kept = args.skip.is_some() || matches!(function.body, Body::Required(_));
        if !is_kept {
            attributes::hoist_inner(function);
            return Role::Traced(Box::new(Traced::new(function, returned, entrance, facts)));
        }
        let has_entrance = match entrance {
            Entrance::None => false,
            Entrance::Twin => true,
            Entrance::Taken(_) | Entrance::Plain(_) => args.skip.is_none(),
        };
        if has_entrance {
            Role::Kept(Box::new(Traced::new(function, returned, entrance, facts)))
        } else {
            Role::Left
        }
    }
}

/// Whether a wrapper can stand around the function's body.
pub fn can_be_traced(function: &Function) -> bool {
    let sig = &function.sig;
    // The body would find itself called from the wrapper.
    let tracks_caller = sig.asyncness.is_none() && attributes::has(&function.attrs, "track_caller");
    sig.constness.is_none() && sig.abi.is_none() && sig.variadic.is_none() && !tracks_caller
}

/// The second way into a method that is traced.
fn entrance(function: &Function, facts: &BlockFacts) -> Entrance {
    if !facts.is_callable(function) {
        return Entrance::None;
    }
    if let Some(plain) = plain_name(function).filter(|plain| !facts.names.contains(plain)) {
        return Entrance::Plain(plain);
    }
    if facts.place == Place::ImplOfTrait {
        return Entrance::None;
    }
    let twin = twin_of(&function.sig.ident);
    let taken = facts.names.iter().find(|name| **name == twin);
    taken.map_or(Entrance::Twin, |taken| Entrance::Taken(taken.clone()))
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
    /// Whether what the body returns runs when its variables are gone.
    pub fn outlives_body(&self) -> bool {
        self.returned.goes_on() && !self.in_place
    }

    fn new(function: &Function, returned: Returned, entrance: Entrance, facts: &BlockFacts) -> Traced {
        let attrs = &function.attrs;
        let is_read = facts.is_read || !attrs.iter().all(attributes::is_inert);
        let only_async = returned.is_never() || has_opaque_arguments_without_lifetimes(function);
        let asyncness = match function.sig.asyncness {
            None => Asyncness::Not,
            // On an `async fn`, `must_use` speaks of the awaited value.
            Some(_) if is_read || only_async || attributes::has(attrs, "must_use") => Asyncness::Stays,
            Some(_) => Asyncness::Rewritten,
        };
        // The context that a caller gives is not the one that the body is to find.
        let in_place = !matches!(entrance, Entrance::Plain(_)) && is_in_place(function, &returned);
        let patterns = match (in_place, is_read) {
            (true, _) => Patterns::Untouched,
            (false, true) => Patterns::Kept,
            (false, false) => Patterns::Moved,
        };
        let mut arguments = Arguments::of(&function.sig, patterns);
        if matches!(entrance, Entrance::Plain(_)) {
            arguments.replace_context(patterns, &facts.runtime);
        }
        Traced { entrance, arguments, returned, asyncness, only_async, is_read, in_place }
    }
}

/// `impl PgExecutor<'_>`, `impl Iterator<Item = &str>`
fn has_opaque_arguments_without_lifetimes(function: &Function) -> bool {
    typed_inputs(&function.sig)
        .any(|typed| lifetimes::is_opaque_without_lifetimes(typed.ty.to_token_stream()))
}

fn is_in_place(function: &Function, returned: &Returned) -> bool {
    let (Returned::GoesOn(goes_on), Body::Written(body)) = (returned, &function.body) else { return false };
    let is_future = function.sig.asyncness.is_none() && goes_on.kind == Kind::Future;
    is_future && in_place::async_block(&body.stream(), goes_on.spelled).is_some()
}

fn owner(head: &Head) -> Owner {
    match head {
        Head::Impl(head) => Owner::Type(type_name(head)),
        Head::Trait(head) => Owner::Type(head.ident.unraw().to_string()),
        Head::Function => Owner::Module,
    }
}

/// `TaskService` of `crate::TaskService<'a, T>`. Where the type is any type, the trait's name; the tokens of what has
/// no path.
fn type_name(head: &ItemImpl) -> String {
    let mut self_ty = ungrouped(&head.self_ty);
    while let Type::Reference(reference) = self_ty {
        self_ty = ungrouped(&reference.elem);
    }
    let path = match self_ty {
        Type::Path(ty) if !is_parameter(&ty.path, &head.generics) => Some(&ty.path),
        Type::TraitObject(object) => object_trait(object),
        _ => head.trait_.as_ref().map(|(path, _)| path),
    };
    let last = path.and_then(|path| path.segments.last());
    last.map_or_else(|| self_ty.to_token_stream().to_string(), |last| last.ident.unraw().to_string())
}

fn is_parameter(path: &syn::Path, generics: &Generics) -> bool {
    generics
        .params
        .iter()
        .any(|param| matches!(param, GenericParam::Type(param) if path.is_ident(&param.ident)))
}

/// The trait of `dyn Trait`.
fn object_trait(object: &syn::TypeTraitObject) -> Option<&syn::Path> {
    object.bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => Some(&bound.path),
        _ => None,
    })
}
