//! `self.tasks.list(id).await`, where `calls(tasks)` is on the block.

use proc_macro2::{Group, Ident, TokenTree};
use quote::format_ident;
use syn::ext::IdentExt as _;

use super::chain::{Chain, Head, Link};
use super::tokens::{is_punct, is_word, puncts_at};

/// Where tokens stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Between braces.
    Statements,
    /// Between other delimiters, or in a macro: there what looks like a statement may be none.
    Expressions,
    /// In `join!` or `try_join!`: what stands between commas is awaited.
    Joined,
    /// In `select!`: what stands between `=` and `=>` is awaited.
    Selected,
}

/// A call on a collaborator that is awaited, by where its name and arguments stand.
pub struct Call {
    pub method: String,
    pub name: usize,
    pub arguments: usize,
    pub argument_tokens: Group,
}

/// The arguments of a macro, and what it takes them for.
pub fn macro_arguments(chain: &Chain) -> Option<(usize, Place)> {
    let [Link::Macro { arguments, .. }, ..] = chain.links[..] else { return None };
    let place = match chain.head_name()? {
        "join" | "try_join" => Place::Joined,
        "select" | "select_biased" => Place::Selected,
        // Of async-stream.
        "stream" | "try_stream" => Place::Statements,
        _ => Place::Expressions,
    };
    Some((arguments, place))
}

/// The call that `chain` makes on what is at `path`, if it is awaited directly or by the macro it stands in. Anything else
/// (`self.tasks.clone()`, an accessor, a combinator at the end) may be no traced method at all.
pub fn collaborator(tokens: &[TokenTree], chain: &Chain, place: Place, path: &[String]) -> Option<Call> {
    let (base, fields) = path.split_first()?;
    let Head::Path(head) = &chain.head else { return None };
    let (walked, [Link::Method { name, text, arguments, argument_tokens }, rest @ ..]) =
        chain.links.split_at_checked(fields.len())?
    else {
        return None;
    };
    let awaited = match rest {
        [Link::Await { .. }, ..] => true,
        [] => is_awaited_by_macro(tokens, chain, place),
        _ => false,
    };
    let on_path = is_base(head, base)
        && walked.iter().zip(fields).all(|(link, field)| matches!(link, Link::Field(name) if name == field));
    (on_path && awaited).then(|| Call {
        method: text.clone(),
        name: *name,
        arguments: *arguments,
        argument_tokens: argument_tokens.clone(),
    })
}

/// Whether a path is this one name. `self` is `__self` in what async-trait has written.
fn is_base(path: &[String], base: &str) -> bool {
    let [name] = path else { return false };
    name == base || (base == "self" && name == "__self")
}

/// The field of `self` on which `chain` awaits something, by where its name stands.
pub fn awaited_field(tokens: &[TokenTree], chain: &Chain, place: Place) -> Option<usize> {
    let on_self = matches!(&chain.head, Head::Path(head) if is_base(head, "self"));
    let [Link::Field(_), calls @ ..] = &chain.links[..] else { return None };
    let called = calls.iter().any(|link| matches!(link, Link::Method { .. }));
    let awaited = calls.iter().any(|link| matches!(link, Link::Await { .. }))
        || is_awaited_by_macro(tokens, chain, place);
    // `self`, a dot, and the name.
    (on_self && called && awaited).then_some(chain.start + 2)
}

fn is_awaited_by_macro(tokens: &[TokenTree], chain: &Chain, place: Place) -> bool {
    let (before, after) = (&tokens[..chain.start], &tokens[chain.end..]);
    match place {
        Place::Statements | Place::Expressions => false,
        Place::Joined => {
            before.last().is_none_or(|token| is_punct(token, ',') || is_punct(token, ';'))
                && after.first().is_none_or(|token| is_punct(token, ','))
        }
        Place::Selected => {
            // `a = b,` in a handler is followed by the next arm, never by an arrow or a condition.
            let guarded = after.len() > 1 && is_punct(&after[0], ',') && is_word(&after[1], "if");
            before.last().is_some_and(|token| is_punct(token, '=')) && (puncts_at(after, 0, "=>") || guarded)
        }
    }
}

/// `list` as `list_ctx`, at the user's own token: what the compiler says of it is said there.
pub fn twin_of(name: &Ident) -> Ident {
    format_ident!("{}_ctx", name.unraw(), span = name.span())
}
