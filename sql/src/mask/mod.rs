//! The text of a statement as it may be shown: with its placeholders, and without a value.

mod double_quotes;
mod frame;
mod operand;
mod settings;
#[cfg(test)]
mod tests;

use self::double_quotes::DoubleQuotes;
use self::settings::Settings;
use crate::dialect::Dialect;
use crate::tokens::{Kind, Token, Tokens};

/// Hides nothing.
const EMPTY_COMMENT: &str = "/**/";

/// The statement with every value that was typed into it as `?`, and without its comments, where values could stand as
/// well; `None` if it is fit to be shown as it is.
///
/// Values are strings and numbers, and what looks like a name but is one only by chance:
///
/// - A word in double quotes is a string to `MySQL`, a name to `PostgreSQL`, and either to `SQLite`, which takes it for
///   a string if there is no such column. There, and in databases that are not known here, it is shown where only a
///   name can stand (of a table, an alias, a column with its table, or one that is set); where a column or a string can
///   stand, if it is spelled like a name, the text has tables in double quotes too, and no name is its other operand, as
///   in `"Ann" = name`; and never where a value is expected, as in a `SELECT` without `FROM`.
/// - What `SET` or `PRAGMA` sets, or stands behind `IDENTIFIED BY`, is a value without quotes as well, but for words
///   such as `ON` and `DEFAULT`.
///
/// Databases are taken to read strings as they do unless they are told otherwise: `PostgreSQL` with
/// `standard_conforming_strings`, `MySQL` without `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES`. Where a database that is not
/// known here might see a string's end elsewhere, nothing of the text behind its beginning is shown.
pub fn mask(sql: &str, dialect: Dialect) -> Option<String> {
    let tokens = Settings::new(Tokens::new(sql, dialect));
    let may_be_strings = matches!(dialect, Dialect::Sqlite | Dialect::Other) && sql.contains('"');
    if may_be_strings { hide(DoubleQuotes::new(tokens)) } else { hide(tokens) }
}

/// The text of tokens all of whose values are literals by now.
fn hide<'s>(tokens: impl Iterator<Item = Token<'s>> + Clone) -> Option<String> {
    let is_shown = |token: Token<'_>| match token.kind {
        Kind::Literal => false,
        Kind::Comment => token.text == EMPTY_COMMENT,
        _ => true,
    };
    if tokens.clone().all(is_shown) {
        return None;
    }
    let mut masked = String::new();
    for token in tokens {
        match token.kind {
            Kind::Literal => masked.push('?'),
            Kind::Comment => separate(&mut masked, token.text),
            _ => masked.push_str(token.text),
        }
    }
    Some(masked)
}

/// What stood on either side of a comment stays apart.
fn separate(masked: &mut String, comment: &str) {
    match masked.chars().next_back() {
        _ if comment == EMPTY_COMMENT => masked.push_str(comment),
        Some(last) if last.is_ascii_whitespace() => {}
        // A space could make a comment of it, as in `5--/* … */3` and `#/* … */3`.
        Some('-' | '#') => masked.push_str(EMPTY_COMMENT),
        _ => masked.push(' '),
    }
}

/// The next token but spaces and comments. Looked at from a name only, so none of these is read more than twice.
fn significant<'s>(tokens: &(impl Iterator<Item = Token<'s>> + Clone)) -> Option<Token<'s>> {
    tokens.clone().find(|token| token.is_significant())
}
