//! A postfix expression, as far as tokens tell: a head, then fields, calls, `?`, `.await` and indexing.

use proc_macro2::{Delimiter, Group, TokenTree};

use super::tokens::{after_angles, is_group, is_punct, puncts_at};

/// `self.tasks.list(id).await?` and the like, from `tokens[start]` up to `end`.
pub struct Chain {
    pub start: usize,
    pub end: usize,
    pub head: Head,
    pub links: Vec<Link>,
}

pub enum Head {
    /// `self`, `sqlx::query_as::<_, Task>`
    Path(Vec<String>),
    /// A literal, a block, parentheses.
    Other,
}

/// What follows the head. Numbers are places in the tokens.
pub enum Link {
    Field(String),
    Method { name: usize, text: String, arguments: usize, argument_tokens: Group },
    Call { argument_tokens: Group },
    Macro { arguments: usize, argument_tokens: Group },
    Await { dot: usize },
    Try,
    Index,
}

/// Words that start no expression that a `.` could follow.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "break", "const", "continue", "dyn", "else", "enum", "extern", "fn",
    "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return",
    "static", "struct", "trait", "type", "unsafe", "use", "where", "while", "yield",
];

pub fn is_keyword(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(word) if KEYWORDS.iter().any(|keyword| word == keyword))
}

impl Chain {
    /// The chain whose head is at `start`.
    pub fn at(tokens: &[TokenTree], start: usize) -> Option<Chain> {
        let (head, mut end) = head(tokens, start)?;
        let mut links = Vec::new();
        if let Head::Path(_) = head
            && puncts_at(tokens, end, "!")
            && let Some(TokenTree::Group(group)) = tokens.get(end + 1)
        {
            links.push(Link::Macro { arguments: end + 1, argument_tokens: group.clone() });
            end += 2;
        }
        while let Some((link, after)) = link(tokens, end) {
            links.push(link);
            end = after;
        }
        Some(Chain { start, end, head, links })
    }

    /// Whether nothing of the expression stands before its head, as in `<T as Begin>::begin(…)` or `Session { … }.begin()`.
    pub fn is_whole(&self, tokens: &[TokenTree]) -> bool {
        let before = &tokens[..self.start];
        let in_path = before.len() > 1 && puncts_at(before, before.len() - 2, "::");
        let in_chain = before.last().is_some_and(|token| is_punct(token, '.'));
        !in_path && !in_chain && !is_group(&tokens[self.start], Delimiter::Brace)
    }

    /// The last segment of the head's path.
    pub fn head_name(&self) -> Option<&str> {
        match &self.head {
            Head::Path(segments) => segments.last().map(String::as_str),
            Head::Other => None,
        }
    }
}

fn head(tokens: &[TokenTree], start: usize) -> Option<(Head, usize)> {
    match &tokens[start] {
        TokenTree::Ident(_) if !is_keyword(&tokens[start]) => Some(path(tokens, start)),
        TokenTree::Group(_) | TokenTree::Literal(_) => Some((Head::Other, start + 1)),
        _ => None,
    }
}

fn path(tokens: &[TokenTree], start: usize) -> (Head, usize) {
    let mut segments = vec![tokens[start].to_string()];
    let mut end = start + 1;
    while puncts_at(tokens, end, "::") {
        match tokens.get(end + 2) {
            Some(TokenTree::Ident(segment)) => {
                segments.push(segment.to_string());
                end += 3;
            }
            Some(angle) if is_punct(angle, '<') => match after_angles(tokens, end + 2) {
                Some(after) => end = after,
                None => break,
            },
            _ => break,
        }
    }
    (Head::Path(segments), end)
}

fn link(tokens: &[TokenTree], at: usize) -> Option<(Link, usize)> {
    match tokens.get(at)? {
        TokenTree::Punct(punct) if punct.as_char() == '?' => Some((Link::Try, at + 1)),
        TokenTree::Punct(punct) if punct.as_char() == '.' => after_dot(tokens, at + 1),
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Parenthesis => Some((Link::Call { argument_tokens: group.clone() }, at + 1)),
            Delimiter::Bracket => Some((Link::Index, at + 1)),
            Delimiter::Brace | Delimiter::None => None,
        },
        _ => None,
    }
}

fn after_dot(tokens: &[TokenTree], at: usize) -> Option<(Link, usize)> {
    let text = match tokens.get(at)? {
        TokenTree::Ident(word) if word == "await" => return Some((Link::Await { dot: at - 1 }, at + 1)),
        TokenTree::Ident(word) => word.to_string(),
        TokenTree::Literal(index) => return Some((Link::Field(index.to_string()), at + 1)),
        // A range: `a..b`.
        _ => return None,
    };
    let mut arguments = at + 1;
    if puncts_at(tokens, arguments, "::<") {
        arguments = after_angles(tokens, arguments + 2)?;
    }
    match tokens.get(arguments) {
        Some(TokenTree::Group(group)) if is_group(&tokens[arguments], Delimiter::Parenthesis) => {
            let method = Link::Method { name: at, text, arguments, argument_tokens: group.clone() };
            Some((method, arguments + 1))
        }
        _ => Some((Link::Field(text), at + 1)),
    }
}
