//! Awaited calls, and which of them can be made in another context than the current one.

use proc_macro2::TokenTree;

use super::apart::Apart;
use super::chain::{Chain, Link};
use super::tokens::{inside, is_punct, is_word, nested_item, puncts_at};

/// Macros of which is known that nothing in them suspends but what is written there.
const MACROS: &[&str] = &[
    "concat",
    "env",
    "file",
    "format",
    "format_args",
    "include_str",
    "json",
    "line",
    "matches",
    "stringify",
    "vec",
];

/// A call that is awaited.
pub struct Awaited<'t> {
    /// What stands in its parentheses, and in those before it.
    pub arguments: Vec<TokenTree>,
    pub call: &'t [TokenTree],
    /// The `.` of `.await`.
    pub dot: usize,
}

/// The first that `chain` awaits.
pub fn awaited<'t>(tokens: &'t [TokenTree], chain: &Chain) -> Option<Awaited<'t>> {
    let end = chain.links.iter().position(|link| matches!(link, Link::Await { .. }))?;
    let (calls, Link::Await { dot }) = (&chain.links[..end], &chain.links[end]) else { return None };
    let (Link::Method { .. } | Link::Call { .. }) = calls.last()? else { return None };
    let groups = calls.iter().filter_map(|link| match link {
        Link::Method { argument_tokens, .. } | Link::Call { argument_tokens } => Some(argument_tokens),
        _ => None,
    });
    let arguments = groups.cloned().map(TokenTree::Group).collect();
    Some(Awaited { arguments, call: &tokens[chain.start..*dot], dot: *dot })
}

/// Whether evaluating the tokens may suspend, or end in the middle.
pub fn may_be_left(tokens: &[TokenTree]) -> bool {
    const WORDS: &[&str] = &["await", "break", "continue", "return", "yield"];
    let mut at = 0;
    while at < tokens.len() {
        if let Some(end) = nested_item(tokens, at).or_else(|| Some(Apart::at(tokens, at)?.body.end)) {
            at = end;
            continue;
        }
        let token = &tokens[at];
        let leaves = match token {
            TokenTree::Group(group) => may_be_left(&inside(group)),
            TokenTree::Ident(_) => {
                WORDS.iter().any(|word| is_word(token, word)) || is_unknown_macro(tokens, at)
            }
            TokenTree::Punct(_) => is_punct(token, '?'),
            TokenTree::Literal(_) => false,
        };
        if leaves {
            return true;
        }
        at += 1;
    }
    false
}

fn is_unknown_macro(tokens: &[TokenTree], at: usize) -> bool {
    let is_macro = puncts_at(tokens, at + 1, "!") && matches!(tokens.get(at + 2), Some(TokenTree::Group(_)));
    is_macro && !MACROS.iter().any(|name| is_word(&tokens[at], name))
}
