//! SQL text as tokens: as much of its grammar as it takes to tell names from values, without losing a byte.

mod comments;
mod quotes;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod work;

use self::quotes::Quotes;
use crate::dialect::Dialect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Space,
    Comment,
    /// A keyword or a bare name.
    Word,
    /// A name in quotes.
    Quoted,
    /// A string or a number.
    Literal,
    /// `?`, `$1`, `:name`, `@name`.
    Placeholder,
    /// One character of anything else; `::` is two.
    Punct,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind,
    pub(crate) text: &'s str,
}

impl Token<'_> {
    pub(crate) fn is_punct(self, punct: &str) -> bool {
        self.kind == Kind::Punct && self.text == punct
    }

    pub(crate) fn is_word(self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(crate) fn is_name(self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }

    /// Neither a space nor a comment.
    pub(crate) fn is_significant(self) -> bool {
        !matches!(self.kind, Kind::Space | Kind::Comment)
    }
}

/// The tokens of a text, spaces and comments included. Linear in the text's length, and sound on any text: what is
/// opened and never closed is a literal that reaches to the end.
#[derive(Clone)]
pub(crate) struct Tokens<'s> {
    rest: &'s str,
    dialect: Dialect,
    /// Within a comment that `MySQL` runs.
    in_comment: bool,
}

impl<'s> Tokens<'s> {
    pub(crate) fn new(sql: &'s str, dialect: Dialect) -> Tokens<'s> {
        Tokens { rest: sql, dialect, in_comment: false }
    }

    /// `/*!50100 PARTITION … */` is run by `MySQL`, so only its ends are comments.
    fn end_of_run_comment(&mut self) -> Option<(Kind, usize)> {
        if self.dialect != Dialect::MySql {
            return None;
        }
        if self.in_comment && self.rest.starts_with("*/") {
            self.in_comment = false;
            return Some((Kind::Comment, 2));
        }
        let start = ["/*!", "/*M!"].into_iter().find(|start| self.rest.starts_with(start))?;
        self.in_comment = true;
        Some((Kind::Comment, run(self.rest.as_bytes(), start.len(), |byte| byte.is_ascii_digit())))
    }
}

impl<'s> Iterator for Tokens<'s> {
    type Item = Token<'s>;

    fn next(&mut self) -> Option<Token<'s>> {
        let run_comment = self.end_of_run_comment();
        let (kind, length) = run_comment.or_else(|| scan(self.rest.as_bytes(), self.dialect))?;
        #[cfg(test)]
        work::add(length);
        // Every token ends before an ASCII character, after one, or at the end of the text.
        let (text, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        Some(Token { kind, text })
    }
}

fn scan(sql: &[u8], dialect: Dialect) -> Option<(Kind, usize)> {
    let first = *sql.first()?;
    let second = sql.get(1).copied().unwrap_or(0);
    if let Some(length) = comments::comment(sql, dialect) {
        return Some((Kind::Comment, length));
    }
    if let Some(quotes) = quotes::string(sql, dialect) {
        return Some((Kind::Literal, quotes.end()));
    }
    if let Some(quotes) = quotes::name(sql, dialect) {
        // Of what is open nobody can say what it was meant to be, so it is not shown.
        let kind = if matches!(quotes, Quotes::Closed(_)) { Kind::Quoted } else { Kind::Literal };
        return Some((kind, quotes.end()));
    }
    Some(match first {
        b' ' | b'\t'..=b'\r' => (Kind::Space, run(sql, 0, |byte| matches!(byte, b' ' | b'\t'..=b'\r'))),
        b'$' if is_word(second) => (Kind::Placeholder, run(sql, 1, |byte| is_word(byte) && byte != b'$')),
        b'?' if matches!(dialect, Dialect::Sqlite | Dialect::Other) => {
            (Kind::Placeholder, run(sql, 1, |byte| byte.is_ascii_digit()))
        }
        b'?' => (Kind::Placeholder, 1),
        b':' if second == b':' => (Kind::Punct, 2),
        b':' | b'@' if dialect != Dialect::Postgres && (is_word(second) || second == b'@') => {
            (Kind::Placeholder, run(sql, 2, is_word))
        }
        b'0'..=b'9' if dialect == Dialect::MySql && !starts_number(sql) => (Kind::Word, run(sql, 0, is_word)),
        b'0'..=b'9' => (Kind::Literal, number(sql)),
        b'.' if second.is_ascii_digit() => (Kind::Literal, number(sql)),
        // `SQL Server` names its temporary tables `#tasks`.
        b'#' if dialect == Dialect::Other && is_word(second) => (Kind::Word, run(sql, 1, is_word)),
        _ if is_word(first) => (Kind::Word, run(sql, 0, is_word)),
        _ => (Kind::Punct, 1),
    })
}

/// A byte of a name or keyword; all of what is not ASCII belongs to names.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii()
}

/// Where the run of matching bytes ends that starts at `from`.
fn run(sql: &[u8], from: usize, matches: impl Fn(u8) -> bool) -> usize {
    let from = from.min(sql.len());
    from + sql[from..].iter().take_while(|byte| matches(**byte)).count()
}

/// Whether what begins with a digit is no name; in `MySQL` it may be one, as in `2fa_codes`.
fn starts_number(sql: &[u8]) -> bool {
    let end = run(sql, 0, is_word);
    let signed =
        matches!(sql.get(end), Some(b'+' | b'-')) && sql.get(end + 1).is_some_and(u8::is_ascii_digit);
    let digits = |from| run(&sql[..end], from, |byte| byte.is_ascii_digit());
    match sql[..end] {
        [b'0', b'x', ..] => run(&sql[..end], 2, |byte| byte.is_ascii_hexdigit()) == end,
        [b'0', b'b', ..] => run(&sql[..end], 2, |byte| matches!(byte, b'0' | b'1')) == end,
        _ => match digits(0) {
            at if at == end => true,
            at if matches!(sql[at], b'e' | b'E') => {
                let exponent = digits(at + 1);
                exponent == end && (exponent > at + 1 || signed)
            }
            _ => false,
        },
    }
}

/// `1`, `1.5e-3`, `0xff`, `1_000`.
fn number(sql: &[u8]) -> usize {
    let hexadecimal = matches!(sql, [b'0', b'x' | b'X', ..]);
    let mut at = 1;
    while let Some(byte) = sql.get(at) {
        let exponent = !hexadecimal && matches!(sql[at - 1], b'e' | b'E');
        let signed =
            exponent && matches!(byte, b'+' | b'-') && sql.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || signed) {
            break;
        }
        at += 1;
    }
    at
}
