//! What is wrong with the input, collected so that several mistakes are reported together.

use std::fmt::Display;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

/// The bag every phase puts its findings into.
#[derive(Default)]
pub struct Errors {
    found: Option<syn::Error>,
}

impl Errors {
    /// Underlines one token.
    pub fn at(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Underlines everything from the first of `tokens` to the last.
    pub fn over(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub fn push(&mut self, error: syn::Error) {
        match &mut self.found {
            Some(found) => found.combine(error),
            None => self.found = Some(error),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_none()
    }

    /// One `compile_error!` per finding.
    pub fn into_tokens(self) -> TokenStream {
        self.found.map(|error| error.to_compile_error()).unwrap_or_default()
    }
}

/// `` `a`, `b`, `c` ``
fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// The message for a key that is none of `valid`.
pub fn unknown_option(key: &Ident, valid: &[&str]) -> String {
    let key = key.to_string();
    let valid_ones = listed(valid);
    match valid.iter().find(|name| distance(name, &key) <= 2) {
        Some(close) => {
            format!("unknown option `{key}`; did you mean `{close}`? the valid ones are {valid_ones}")
        }
        None => format!("unknown option `{key}`; the valid ones are {valid_ones}"),
    }
}

/// The message for something that is no `key`, `key = …` or `key(…)`.
pub fn no_option(valid: &[&str]) -> String {
    format!("expected an option; the valid ones are {}", listed(valid))
}

/// Levenshtein's edit distance, row by row.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_keys_are_suggested() {
        let key = Ident::new("cals", Span::call_site());
        assert_eq!(
            unknown_option(&key, &["calls", "name"]),
            "unknown option `cals`; did you mean `calls`? the valid ones are `calls`, `name`",
        );
    }

    #[test]
    fn distant_keys_are_not() {
        let key = Ident::new("timeout", Span::call_site());
        assert_eq!(
            unknown_option(&key, &["calls", "name"]),
            "unknown option `timeout`; the valid ones are `calls`, `name`",
        );
    }
}
