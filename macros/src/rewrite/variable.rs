//! What tokens do with a variable of a name.

use proc_macro2::{Ident, TokenTree};

use super::tokens::{inside, is_punct, is_word, puncts_at};

/// Whether it stands anywhere in them.
pub fn mentions(tokens: &[TokenTree], name: &str) -> bool {
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => mentions(&inside(group), name),
        _ => is_mention(tokens, at, name),
    })
}

pub fn is_mention(tokens: &[TokenTree], at: usize, name: &str) -> bool {
    is_word(&tokens[at], name) && !is_member(tokens, at)
}

/// The last of `a.name`, `a::name`, or the first of `name: value`.
fn is_member(tokens: &[TokenTree], at: usize) -> bool {
    let is_field = at > 0 && is_punct(&tokens[at - 1], '.') && !(at > 1 && puncts_at(tokens, at - 2, ".."));
    let is_segment = at > 1 && puncts_at(tokens, at - 2, "::");
    let is_key = puncts_at(tokens, at + 1, ":") && !puncts_at(tokens, at + 1, "::");
    is_field || is_segment || is_key
}

/// The name that the tokens borrow, and nothing else: `&mut *name`, `name.as_mut()`.
pub fn borrowed(tokens: &[TokenTree]) -> Option<&Ident> {
    let is_operator =
        |token: &TokenTree| is_punct(token, '&') || is_punct(token, '*') || is_word(token, "mut");
    let start = tokens.iter().position(|token| !is_operator(token))?;
    match &tokens[start..] {
        [TokenTree::Ident(name)] if start > 0 => Some(name),
        [TokenTree::Ident(name), dot, method, TokenTree::Group(none)] => {
            let reborrows = is_word(method, "as_mut") || is_word(method, "deref_mut");
            (is_punct(dot, '.') && reborrows && none.stream().is_empty()).then_some(name)
        }
        _ => None,
    }
}

/// Whether another value is given to it.
pub fn is_assigned(tokens: &[TokenTree], name: &str) -> bool {
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => is_assigned(&inside(group), name),
        _ => is_mention(tokens, at, name) && is_assignment(tokens, at),
    })
}

fn is_assignment(tokens: &[TokenTree], at: usize) -> bool {
    let is_bound = tokens[..at].last().is_some_and(|before| is_word(before, "let") || is_word(before, "mut"));
    let compares = puncts_at(tokens, at + 1, "==") || puncts_at(tokens, at + 1, "=>");
    puncts_at(tokens, at + 1, "=") && !compares && !is_bound
}
