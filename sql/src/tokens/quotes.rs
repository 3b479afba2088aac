//! What stands in quotes, of every kind.

use super::{is_word, run};
use crate::dialect::Dialect;

/// How far it reaches.
#[derive(Clone, Copy)]
pub(super) enum Quotes {
    Closed(usize),
    /// To the end of the text.
    Open(usize),
}

impl Quotes {
    pub(super) fn end(self) -> usize {
        let (Quotes::Closed(end) | Quotes::Open(end)) = self;
        end
    }

    fn closed_at(end: Option<usize>, sql: &[u8]) -> Quotes {
        end.map_or(Quotes::Open(sql.len()), Quotes::Closed)
    }
}

/// What a backslash in a string is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Backslash {
    Ordinary,
    Escapes,
    /// One or the other, and nobody can say which. Where that decides about the string's end, it has none.
    Unknown,
}

impl Backslash {
    fn of(dialect: Dialect) -> Backslash {
        match dialect {
            Dialect::Postgres | Dialect::Sqlite => Backslash::Ordinary,
            Dialect::MySql => Backslash::Escapes,
            Dialect::Other => Backslash::Unknown,
        }
    }
}

/// The string that a text begins with, the letters before it included.
pub(super) fn string(sql: &[u8], dialect: Dialect) -> Option<Quotes> {
    let backslash = Backslash::of(dialect);
    match sql {
        [b'\'', ..] => Some(quoted(sql, 0, b'\'', backslash)),
        [b'"', ..] if dialect == Dialect::MySql => Some(quoted(sql, 0, b'"', backslash)),
        [b'$', ..] => dollar_quoted(sql),
        [b'e' | b'E', b'\'', ..] if dialect == Dialect::Postgres => Some(continued(sql)),
        [b'b' | b'B' | b'e' | b'E' | b'n' | b'N' | b'x' | b'X', b'\'', ..] => {
            Some(quoted(sql, 1, b'\'', backslash))
        }
        [b'u' | b'U', b'&', b'\'', ..] if has_unicode_quotes(dialect) => {
            Some(quoted(sql, 2, b'\'', backslash))
        }
        [b'q' | b'Q', b'\'', ..] if dialect == Dialect::Other => Some(q_quoted(sql, 2)),
        [b'n' | b'N', b'q' | b'Q', b'\'', ..] if dialect == Dialect::Other => Some(q_quoted(sql, 3)),
        _ => None,
    }
}

/// The name in quotes that a text begins with.
pub(super) fn name(sql: &[u8], dialect: Dialect) -> Option<Quotes> {
    match (sql, dialect) {
        ([b'"', ..], Dialect::Postgres | Dialect::Sqlite | Dialect::Other) => {
            Some(quoted(sql, 0, b'"', Backslash::of(dialect)))
        }
        ([b'u' | b'U', b'&', b'"', ..], _) if has_unicode_quotes(dialect) => {
            Some(quoted(sql, 2, b'"', Backslash::of(dialect)))
        }
        ([b'`', ..], Dialect::MySql | Dialect::Sqlite | Dialect::Other) => {
            Some(quoted(sql, 0, b'`', Backslash::Ordinary))
        }
        ([b'[', ..], Dialect::Sqlite) => Some(quoted(sql, 0, b']', Backslash::Ordinary)),
        ([b'[', ..], Dialect::Other) => bracketed(sql),
        _ => None,
    }
}

/// `U&'d\0061t'`
fn has_unicode_quotes(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Postgres | Dialect::Other)
}

/// What stands in quotes from `start` on; the closing quote doubled is one of its characters.
fn quoted(sql: &[u8], start: usize, close: u8, backslash: Backslash) -> Quotes {
    let unknown = backslash == Backslash::Unknown;
    // `'''it's'''` is a string in three quotes to some, and begins with a quote to others.
    if unknown && sql[start..].starts_with(&[close; 3]) {
        return Quotes::Open(sql.len());
    }
    let mut at = start + 1;
    while at < sql.len() {
        if backslash != Backslash::Ordinary && sql[at] == b'\\' {
            if unknown && sql.get(at + 1) == Some(&close) {
                break;
            }
            at += 2;
        } else if sql[at] != close {
            at += 1;
        } else if sql.get(at + 1) == Some(&close) {
            at += 2;
        } else {
            return Quotes::Closed(at + 1);
        }
    }
    Quotes::Open(sql.len())
}

/// `E'…'`. What stands in quotes on a later line, with nothing between, is part of it, and has its escapes.
fn continued(sql: &[u8]) -> Quotes {
    let mut start = 1;
    loop {
        let Quotes::Closed(end) = quoted(sql, start, b'\'', Backslash::Escapes) else {
            return Quotes::Open(sql.len());
        };
        let next = run(sql, end, |byte| matches!(byte, b' ' | b'\t'..=b'\r'));
        let later_line = sql[end..next].iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        if !later_line || sql.get(next) != Some(&b'\'') {
            return Quotes::Closed(end);
        }
        start = next;
    }
}

/// `$$text$$`, `$tag$text$tag$`
fn dollar_quoted(sql: &[u8]) -> Option<Quotes> {
    let end = run(sql, 1, |byte| is_word(byte) && byte != b'$');
    if sql.get(end) != Some(&b'$') || sql[1].is_ascii_digit() {
        return None;
    }
    let tag = &sql[..=end];
    let mut at = tag.len();
    // Each step goes past a dollar, and a tag holds none within, so no byte is compared more than twice.
    while let Some(dollar) = sql[at..].iter().position(|byte| *byte == b'$') {
        at += dollar;
        if sql[at..].starts_with(tag) {
            return Some(Quotes::Closed(at + tag.len()));
        }
        at += 1;
    }
    Some(Quotes::Open(sql.len()))
}

/// `q'[it's]'`, as in `Oracle`; `start` is behind the quote.
fn q_quoted(sql: &[u8], start: usize) -> Quotes {
    let close = match sql.get(start) {
        Some(b'[') => b']',
        Some(b'{') => b'}',
        Some(b'(') => b')',
        Some(b'<') => b'>',
        Some(other) if other.is_ascii() => *other,
        _ => return Quotes::Open(sql.len()),
    };
    let body = &sql[start + 1..];
    let length = body.windows(2).position(|pair| pair == [close, b'\'']);
    Quotes::closed_at(length.map(|length| start + 1 + length + 2), sql)
}

/// `[Task List]`, as in `SQL Server`. Brackets hold values elsewhere, so what is not words is no name.
fn bracketed(sql: &[u8]) -> Option<Quotes> {
    let end = run(sql, 1, |byte| is_word(byte) || byte == b' ');
    let mut words = sql[1..end].split(|byte| *byte == b' ');
    let is_name = sql.get(end) == Some(&b']')
        && words.all(|word| word.first().is_some_and(|first| is_word(*first) && !first.is_ascii_digit()));
    is_name.then_some(Quotes::Closed(end + 1))
}
