//! Patterns of conditions, of loops and of arms, which bind names for a part of what follows.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenTree};

use super::tokens::{after_angles, is_group, is_punct, is_word, puncts_at};

/// One of them. Numbers are places in the tokens.
pub struct Matched<'t> {
    pub pattern: &'t [TokenTree],
    /// Where its names may be bound: with a condition's value, and with its `else`.
    pub scope: Range<usize>,
}

impl<'t> Matched<'t> {
    /// The one whose `let` or `for` is at `start`, or that has its `=>` there.
    pub fn at(tokens: &'t [TokenTree], start: usize) -> Option<Matched<'t>> {
        if is_condition(tokens, start) {
            Some(Matched::until(tokens, start, |token| is_punct(token, '=')))
        } else if is_word(&tokens[start], "for") && !puncts_at(tokens, start + 1, "<") {
            Some(Matched::until(tokens, start, |token| is_word(token, "in")))
        } else {
            puncts_at(tokens, start, "=>").then(|| Matched::arm(tokens, start))
        }
    }

    fn until(tokens: &'t [TokenTree], word: usize, ends: impl Fn(&TokenTree) -> bool) -> Matched<'t> {
        let end = tokens[word..].iter().position(ends).map_or(tokens.len(), |length| word + length);
        Matched { pattern: &tokens[word + 1..end], scope: end..scope_end(tokens, end) }
    }

    fn arm(tokens: &'t [TokenTree], arrow: usize) -> Matched<'t> {
        let start = (0..arrow).rfind(|at| ends_arm(tokens, *at)).map_or(0, |last| last + 1);
        let is_guard = |token: &TokenTree| is_word(token, "if");
        let end = tokens[start..arrow].iter().position(is_guard).map_or(arrow, |length| start + length);
        let body = arrow + 2;
        Matched { pattern: &tokens[start..end], scope: body..scope_end(tokens, body) }
    }
}

/// The `let` of `if let`, of `while let`, or behind `&&`.
pub fn is_condition(tokens: &[TokenTree], at: usize) -> bool {
    let is_behind =
        |before: &TokenTree| is_word(before, "if") || is_word(before, "while") || is_punct(before, '&');
    is_word(&tokens[at], "let") && tokens[..at].last().is_some_and(is_behind)
}

fn ends_arm(tokens: &[TokenTree], at: usize) -> bool {
    let is_guarded = tokens.get(at + 1).is_some_and(|next| is_word(next, "if"));
    is_punct(&tokens[at], ',') || (ends_block(tokens, at) && !is_guarded)
}

fn scope_end(tokens: &[TokenTree], start: usize) -> usize {
    let mut at = start;
    while at < tokens.len() {
        if puncts_at(tokens, at, "::<") {
            at = after_angles(tokens, at + 2).unwrap_or(tokens.len());
        } else if ends_block(tokens, at) {
            return at + 1;
        } else if is_punct(&tokens[at], ',') || is_punct(&tokens[at], ';') {
            break;
        } else {
            at += 1;
        }
    }
    at
}

/// Whether it is a block, or looks like one, and nothing behind it belongs to it.
fn ends_block(tokens: &[TokenTree], at: usize) -> bool {
    let goes_on = |next: &TokenTree| match next {
        TokenTree::Punct(punct) => matches!(punct.as_char(), '.' | '?' | '|' | '&' | '='),
        _ => is_word(next, "else") || is_group(next, Delimiter::Brace),
    };
    is_group(&tokens[at], Delimiter::Brace) && !tokens.get(at + 1).is_some_and(goes_on)
}
