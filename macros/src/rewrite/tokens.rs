//! Small questions about tokens.

use proc_macro2::{Delimiter, Group, TokenTree};

pub fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

pub fn is_word(token: &TokenTree, wanted: &str) -> bool {
    matches!(token, TokenTree::Ident(word) if word == wanted)
}

pub fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

/// What stands between the delimiters.
pub fn inside(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

fn is_ident(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Ident(_)))
}

/// Whether `puncts` stand at `at`, one after the other.
pub fn puncts_at(tokens: &[TokenTree], at: usize, puncts: &str) -> bool {
    puncts
        .chars()
        .enumerate()
        .all(|(next, punct)| tokens.get(at + next).is_some_and(|token| is_punct(token, punct)))
}

/// The index after the `>` that closes the `<` at `at`.
pub fn after_angles(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        let arrow = is_punct(token, '>') && index > 0 && is_punct(&tokens[index - 1], '-');
        if is_punct(token, '<') {
            depth += 1;
        } else if is_punct(token, '>') && !arrow {
            depth -= 1;
        }
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

/// The end of an item that starts at `at` inside of a body: it has a `self` of its own, or none.
pub fn nested_item(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let TokenTree::Ident(word) = &tokens[at] else { return None };
    let starts = match word.to_string().as_str() {
        "fn" | "trait" | "mod" => is_ident(tokens.get(at + 1)),
        "macro_rules" => puncts_at(tokens, at + 1, "!"),
        "impl" => true,
        _ => false,
    };
    starts.then(|| item_end(tokens, at))
}

fn item_end(tokens: &[TokenTree], mut at: usize) -> usize {
    while at < tokens.len() {
        if is_punct(&tokens[at], '<') {
            at = after_angles(tokens, at).unwrap_or(tokens.len());
            continue;
        }
        let ends = is_group(&tokens[at], Delimiter::Brace) || is_punct(&tokens[at], ';');
        at += 1;
        if ends {
            break;
        }
    }
    at
}

/// How many arguments stand between commas; one after the last does not count.
pub fn argument_count(tokens: &[TokenTree]) -> usize {
    let mut count = usize::from(!tokens.is_empty());
    let mut at = 0;
    while at < tokens.len() {
        if puncts_at(tokens, at, "::<") {
            at = after_angles(tokens, at + 2).unwrap_or(tokens.len());
            continue;
        }
        if is_punct(&tokens[at], ',') && at + 1 < tokens.len() {
            count += 1;
        }
        at += 1;
    }
    count
}
