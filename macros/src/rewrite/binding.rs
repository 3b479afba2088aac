//! `let` statements, as far as tokens tell.

use proc_macro2::{Delimiter, Ident, TokenTree};

use super::patterns::is_condition;
use super::tokens::{is_group, is_punct, is_word, puncts_at};
use super::variable::mentions;

/// `let pattern (: type)? = value;` Numbers are places in the tokens.
pub struct Let<'t> {
    pub pattern: &'t [TokenTree],
    pub ty: &'t [TokenTree],
    pub value: usize,
    /// The `;`.
    pub end: usize,
    /// Whether another statement could stand before it: no attribute does.
    pub is_alone: bool,
}

impl<'t> Let<'t> {
    /// The one whose `let` is at `start`, and not a condition's.
    pub fn at(tokens: &'t [TokenTree], start: usize) -> Option<Let<'t>> {
        if !is_word(&tokens[start], "let") || is_condition(tokens, start) {
            return None;
        }
        let end = start + tokens[start..].iter().position(|token| is_punct(token, ';'))?;
        let pattern_end = pattern_end(&tokens[..end], start + 1);
        let equals = pattern_end + tokens[pattern_end..end].iter().position(|token| is_punct(token, '='))?;
        Some(Let {
            pattern: &tokens[start + 1..pattern_end],
            ty: &tokens[pattern_end..equals],
            value: equals + 1,
            end,
            is_alone: tokens[..start]
                .last()
                .is_none_or(|before| is_punct(before, ';') || is_group(before, Delimiter::Brace)),
        })
    }

    /// The name, where the pattern is nothing else.
    pub fn name(&self) -> Option<&'t Ident> {
        match self.pattern {
            [TokenTree::Ident(name)] if name != "_" => Some(name),
            [first, TokenTree::Ident(name)] if is_word(first, "mut") => Some(name),
            _ => None,
        }
    }

    pub fn binds(&self, name: &str) -> bool {
        mentions(self.pattern, name)
    }
}

/// Where the `:` before a type is, or the `=`.
fn pattern_end(tokens: &[TokenTree], start: usize) -> usize {
    let mut at = start;
    while at < tokens.len() {
        if puncts_at(tokens, at, "::") {
            at += 2;
        } else if is_punct(&tokens[at], ':') || is_punct(&tokens[at], '=') {
            break;
        } else {
            at += 1;
        }
    }
    at
}
