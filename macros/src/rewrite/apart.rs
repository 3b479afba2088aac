//! Closures and `async` blocks: code that may run later or elsewhere, with what it takes along.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenTree};

use super::chain::is_keyword;
use super::tokens::{is_group, is_punct, is_word, puncts_at};

/// One of them, by the places of its tokens.
pub struct Apart {
    /// Between the bars of a closure.
    pub parameters: Range<usize>,
    pub body: Range<usize>,
    /// Whether what it mentions is moved into it.
    pub is_move: bool,
}

impl Apart {
    /// The one that starts at `start`, behind its `move` if it is a closure.
    pub fn at(tokens: &[TokenTree], start: usize) -> Option<Apart> {
        if is_word(&tokens[start], "async") {
            Apart::block(tokens, start)
        } else {
            Apart::closure(tokens, start)
        }
    }

    fn block(tokens: &[TokenTree], start: usize) -> Option<Apart> {
        let is_move = tokens.get(start + 1).is_some_and(|word| is_word(word, "move"));
        let body = start + 1 + usize::from(is_move);
        let is_block = tokens.get(body).is_some_and(|body| is_group(body, Delimiter::Brace));
        is_block.then(|| Apart { parameters: start..start, body: body..body + 1, is_move })
    }

    fn closure(tokens: &[TokenTree], start: usize) -> Option<Apart> {
        let before = tokens[..start].last();
        if !is_punct(&tokens[start], '|') || before.is_some_and(ends_operand) {
            return None;
        }
        let close = find(tokens, start + 1, |token| is_punct(token, '|'))?;
        let ends = |token: &TokenTree| is_punct(token, ',') || is_punct(token, ';');
        let end = find(tokens, close + 1, ends).unwrap_or(tokens.len());
        // An arm may begin with a bar.
        if (start..end).any(|at| puncts_at(tokens, at, "=>")) {
            return None;
        }
        let is_move = before.is_some_and(|word| is_word(word, "move"));
        Some(Apart { parameters: start + 1..close, body: close + 1..end, is_move })
    }
}

fn find(tokens: &[TokenTree], from: usize, wanted: impl Fn(&TokenTree) -> bool) -> Option<usize> {
    Some(from + tokens[from..].iter().position(wanted)?)
}

/// Whether a bar behind it is an operator, or the second of two.
fn ends_operand(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(_) | TokenTree::Literal(_) => true,
        TokenTree::Ident(word) => word == "await" || !is_keyword(token),
        TokenTree::Punct(punct) => matches!(punct.as_char(), '|' | '?' | '.'),
    }
}
