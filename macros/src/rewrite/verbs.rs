//! `begin().await`, `commit().await` and the like: what a chain may do to a transaction or to a pool.

use proc_macro2::{Ident, TokenTree};

use super::chain::{Chain, Head, Link};
use super::tokens::{argument_count, inside};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Begin,
    Acquire,
    Commit,
    Rollback,
}

impl Verb {
    pub fn word(self) -> &'static str {
        match self {
            Verb::Begin => "begin",
            Verb::Acquire => "acquire",
            Verb::Commit => "commit",
            Verb::Rollback => "rollback",
        }
    }
}

/// A call that is awaited directly.
pub struct Done<'t> {
    pub verb: Verb,
    pub receiver: &'t [TokenTree],
    /// Whether the receiver can be evaluated a second time, and it alone says where the verb is done.
    pub is_plain: bool,
    /// The `.` of `.await`.
    pub dot: usize,
    /// What follows it.
    pub rest: &'t [Link],
}

/// What the chain does, in its order.
pub fn verbs<'t>(tokens: &'t [TokenTree], chain: &'t Chain) -> Vec<Done<'t>> {
    let mut verbs = Vec::new();
    for (at, pair) in chain.links.windows(2).enumerate() {
        let [Link::Method { name, text, argument_tokens, .. }, Link::Await { dot }] = pair else { continue };
        let Some((verb, arguments)) = verb(text) else { continue };
        if argument_count(&inside(argument_tokens)) != arguments {
            continue;
        }
        let is_place = matches!(chain.head, Head::Path(_))
            && chain.links[..at].iter().all(|link| matches!(link, Link::Field(_)));
        verbs.push(Done {
            verb,
            receiver: &tokens[chain.start..name - 1],
            is_plain: is_place && arguments == 0,
            dot: *dot,
            rest: &chain.links[at + 2..],
        });
    }
    verbs
}

/// The variable that the chain drops, and nothing else.
pub fn dropped(chain: &Chain) -> Option<Ident> {
    let ([Link::Call { argument_tokens }], Some("drop")) = (&chain.links[..], chain.head_name()) else {
        return None;
    };
    match &inside(argument_tokens)[..] {
        [TokenTree::Ident(name)] => Some(name.clone()),
        _ => None,
    }
}

/// With the number of its arguments.
fn verb(method: &str) -> Option<(Verb, usize)> {
    match method {
        "begin" => Some((Verb::Begin, 0)),
        "begin_with" => Some((Verb::Begin, 1)),
        "acquire" => Some((Verb::Acquire, 0)),
        "commit" => Some((Verb::Commit, 0)),
        "rollback" => Some((Verb::Rollback, 0)),
        _ => None,
    }
}

/// Whether what was awaited is still the value behind these: they take it out of a `Result`, or change its error.
pub fn are_of_result(links: &[Link]) -> bool {
    const METHODS: &[&str] = &[
        "change_context",
        "context",
        "expect",
        "inspect_err",
        "map_err",
        "or_else",
        "unwrap",
        "unwrap_or_else",
        "with_context",
        "wrap_err",
        "wrap_err_with",
    ];
    links.iter().all(|link| match link {
        Link::Try => true,
        Link::Method { text, .. } => METHODS.contains(&text.as_str()),
        _ => false,
    })
}
