//! The texts of statements that stand in a body, read while it is expanded.

use std::rc::Rc;

use proc_macro2::{Group, TokenTree};
use spanweave_sql::{Summary, common_summary};
use syn::Lit;

use super::tokens::{after_angles, inside, is_punct};

/// The most bytes of a text that are read here; the runtime reads as many of any other.
const MAX_TEXT: usize = 16 * 1024;

/// A statement's text, and what every database takes it for.
pub struct Literal {
    pub text: Rc<str>,
    pub summary: Summary,
}

/// Those of one body, each once.
#[derive(Default)]
pub struct Literals {
    list: Vec<Literal>,
}

impl Literals {
    /// Where the text is in the list, if it can be.
    pub fn place(&mut self, text: &Rc<str>) -> Option<usize> {
        let known = self.list.iter().position(|literal| literal.text == *text);
        known.or_else(|| {
            let summary = summary(text)?;
            self.list.push(Literal { text: Rc::clone(text), summary });
            Some(self.list.len() - 1)
        })
    }

    pub fn into_list(self) -> Vec<Literal> {
        self.list
    }
}

/// What all dialects agree on: which one the text is for is not known before it runs.
fn summary(text: &str) -> Option<Summary> {
    if text.len() > MAX_TEXT { None } else { common_summary(text) }
}

/// The text that a function or a macro of sqlx is given, if it is one plain string.
pub fn text(name: &str, is_macro: bool, arguments: &Group) -> Option<Rc<str>> {
    let has_part = |part| name.split('_').any(|it| it == part);
    // Of a file, or of what was prepared.
    if has_part("file") || has_part("statement") {
        return None;
    }
    let tokens = inside(arguments);
    let start = if is_macro && has_part("as") { second_argument(&tokens)? } else { 0 };
    match &tokens[start..] {
        [text] => string(text),
        [text, after, ..] if is_punct(after, ',') => string(text),
        _ => None,
    }
}

fn second_argument(tokens: &[TokenTree]) -> Option<usize> {
    let mut at = 0;
    while at < tokens.len() {
        if is_punct(&tokens[at], '<') {
            at = after_angles(tokens, at)?;
        } else if is_punct(&tokens[at], ',') {
            return Some(at + 1);
        } else {
            at += 1;
        }
    }
    None
}

fn string(token: &TokenTree) -> Option<Rc<str>> {
    let TokenTree::Literal(literal) = token else { return None };
    match Lit::new(literal.clone()) {
        Lit::Str(text) if text.suffix().is_empty() => Some(text.value().into()),
        _ => None,
    }
}
