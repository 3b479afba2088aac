//! The grammar that all attributes share: `key`, `key = value`, `key(…)`, between commas.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use crate::errors::{Errors, no_option};

/// One option as it was written.
pub struct Written {
    pub key: Ident,
    pub value: Value,
}

/// What follows a key.
pub enum Value {
    None,
    List(Group),
    Assigned(TokenStream),
    Malformed(TokenStream),
}

impl Written {
    /// Reports the option at what was written in place of its `form`.
    pub fn reject<T>(&self, form: &str, errors: &mut Errors) -> Option<T> {
        match &self.value {
            Value::Assigned(tokens) | Value::Malformed(tokens) if !tokens.is_empty() => {
                errors.over(tokens, form);
            }
            Value::List(group) if !group.stream().is_empty() => errors.at(group.span(), form),
            _ => errors.at(self.key.span(), form),
        }
        None
    }
}

/// The options in `tokens`; what is none is reported once, with the `valid` ones.
pub fn written(tokens: TokenStream, valid: &[&str], errors: &mut Errors) -> Vec<Written> {
    let mut options = Vec::new();
    for option in between_commas(tokens) {
        let mut rest = option.into_iter();
        match rest.next() {
            Some(TokenTree::Ident(key)) => options.push(Written { key, value: value(rest.collect()) }),
            Some(other) => errors.at(other.span(), no_option(valid)),
            None => {}
        }
    }
    options
}

fn value(tokens: Vec<TokenTree>) -> Value {
    match tokens.as_slice() {
        [] => Value::None,
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            Value::List(group.clone())
        }
        [TokenTree::Punct(equals), ..] if equals.as_char() == '=' => {
            Value::Assigned(tokens.into_iter().skip(1).collect())
        }
        _ => Value::Malformed(tokens.into_iter().collect()),
    }
}

/// Commas inside of groups belong to the groups.
fn between_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for token in tokens {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => parts.push(Vec::new()),
            token => parts.last_mut().expect("never empty").push(token),
        }
    }
    parts
}
