//! The block as the rest of the pipeline sees it: which methods are traced, and in what role.

pub mod arguments;
pub mod attributes;
pub mod automock;
pub mod bounds;
pub mod descriptor;
pub mod in_place;
pub mod lifetimes;
pub mod owner;
pub mod returned;
pub mod role;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Visibility};

use self::attributes::AsyncTrait;
use self::automock::Automock;
use self::descriptor::Descriptors;
use self::owner::Owner;
use self::role::{Role, Traced};
use crate::args::{BlockArgs, FieldPath, MethodArgs};
use crate::errors::Errors;
use crate::item::{Function, Head, Item, Member};
use crate::preset::{self, Preset};

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
    /// The name of its static, if it is traced.
    pub descriptor: Ident,
    pub args: MethodArgs,
    pub role: Role,
    pub sql: SqlTraced,
}

/// What of a body's SQL is traced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SqlTraced {
    Nothing,
    /// What begins and ends a transaction: types decide whether it is one, so it is safe in any body.
    Transactions,
    /// Statements and connections, too, which are known by their words.
    All,
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
            None => Owner::of(&item.head),
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
    descriptors: Descriptors,
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
            descriptors: Descriptors::of(&item.head),
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
        let sql = match &args.sql_off {
            Some(_) => SqlTraced::Nothing,
            None if facts.sql => SqlTraced::All,
            None => SqlTraced::Transactions,
        };
        let role = Role::of(&mut function, &args, facts);
        let descriptor = facts.descriptors.name(&function.sig.ident);
        Method { function, descriptor, args, role, sql }
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
