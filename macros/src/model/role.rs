//! What becomes of a method, and which second entrance it gets.

use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::Type;
use syn::ext::IdentExt as _;

use super::arguments::{Arguments, Patterns, simple_name, typed_inputs};
use super::returned::{Kind, Returned};
use super::{BlockFacts, Place, attributes, in_place, lifetimes};
use crate::args::MethodArgs;
use crate::item::{Body, Function};
use crate::rewrite::twin_of;

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

impl Role {
    pub(super) fn of(function: &mut Function, args: &MethodArgs, facts: &BlockFacts) -> Role {
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
    // An attribute below ours, `#[Object]` say, may give the methods other signatures.
    let is_rewritten = facts.place == Place::Impl && facts.is_read;
    if facts.place == Place::ImplOfTrait || is_rewritten {
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
