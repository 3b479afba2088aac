//! Whether a transaction may leave its variable to where nobody sees what becomes of it.

use proc_macro2::{Delimiter, TokenTree};

use super::apart::Apart;
use super::binding::Let;
use super::patterns::Matched;
use super::tokens::{inside, is_punct, is_word, nested_item, puncts_at};
use super::variable::{is_mention, mentions};

/// Whether it may go on as something else, or come to its end where nobody looks: it is not only borrowed, dropped here,
/// or ended here by `commit().await` or `rollback().await`.
pub fn leaves(tokens: &[TokenTree], name: &str) -> bool {
    is_moved(tokens, name, false)
}

/// Whether it goes into a closure or an `async` block, and is not only borrowed by it.
pub fn leaves_with(tokens: &[TokenTree], apart: &Apart, name: &str) -> bool {
    let body = &tokens[apart.body.clone()];
    let is_another = mentions(&tokens[apart.parameters.clone()], name);
    !is_another && if apart.is_move { mentions(body, name) } else { is_moved(body, name, true) }
}

fn is_moved(tokens: &[TokenTree], name: &str, is_apart: bool) -> bool {
    let mut at = 0;
    while at < tokens.len() {
        if let Some(end) = nested_item(tokens, at) {
            at = end;
            continue;
        }
        if let Some(apart) = Apart::at(tokens, at) {
            if leaves_with(tokens, &apart, name) {
                return true;
            }
            at = apart.body.end;
            continue;
        }
        if let Some(binding) = Let::at(tokens, at).filter(|binding| binding.binds(name)) {
            return is_moved(&tokens[binding.value..binding.end], name, is_apart);
        }
        // Such a pattern hides the name from where its transaction may be ended, too.
        if Matched::at(tokens, at).is_some_and(|matched| mentions(matched.pattern, name)) {
            return true;
        }
        let moved = match &tokens[at] {
            TokenTree::Group(group) => {
                (is_apart || !drops(tokens, at, name)) && is_moved(&inside(group), name, is_apart)
            }
            _ => is_mention(tokens, at, name) && is_given_away(tokens, at, is_apart),
        };
        if moved {
            return true;
        }
        at += 1;
    }
    false
}

/// `drop(name)`
fn drops(tokens: &[TokenTree], at: usize, name: &str) -> bool {
    let TokenTree::Group(group) = &tokens[at] else { return false };
    let is_drop = match &tokens[..at] {
        [function] => is_word(function, "drop"),
        [.., before, function] => is_word(function, "drop") && !is_punct(before, '.'),
        [] => false,
    };
    is_drop && matches!(&inside(group)[..], [only] if is_word(only, name))
}

fn is_given_away(tokens: &[TokenTree], at: usize, is_apart: bool) -> bool {
    if puncts_at(tokens, at + 1, ".") && !puncts_at(tokens, at + 1, "..") {
        return is_given_to_method(tokens, at, is_apart);
    }
    let is_borrowed = match &tokens[..at] {
        [.., reference, mutable] if is_word(mutable, "mut") => is_punct(reference, '&'),
        [.., operator] => is_punct(operator, '&') || is_punct(operator, '*'),
        [] => false,
    };
    !is_borrowed
}

/// Methods of others may take it by value, and end it.
fn is_given_to_method(tokens: &[TokenTree], at: usize, is_apart: bool) -> bool {
    let Some(TokenTree::Ident(method)) = tokens.get(at + 2) else { return false };
    let is_called = match tokens.get(at + 3) {
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
        _ => puncts_at(tokens, at + 3, "::"),
    };
    let is_awaited =
        puncts_at(tokens, at + 4, ".") && tokens.get(at + 5).is_some_and(|word| is_word(word, "await"));
    match method.to_string().as_str() {
        "commit" | "rollback" => is_apart || !is_awaited,
        method => is_called && !borrows(method),
    }
}

/// Whether it is a method of sqlx, or of the traits of pointers.
fn borrows(method: &str) -> bool {
    const METHODS: &[&str] = &[
        "acquire",
        "as_mut",
        "as_ref",
        "begin",
        "begin_with",
        "borrow",
        "borrow_mut",
        "cached_statements_size",
        "clear_cached_statements",
        "deref",
        "deref_mut",
        "describe",
        "execute",
        "execute_many",
        "fetch",
        "fetch_all",
        "fetch_many",
        "fetch_one",
        "fetch_optional",
        "is_in_transaction",
        "ping",
        "prepare",
        "prepare_with",
        "shrink_buffers",
        "transaction",
    ];
    METHODS.contains(&method)
}
