//! The text of a statement as it may be shown: with its placeholders, and without a value.

mod double_quotes;
mod settings;
#[cfg(test)]
mod tests;
mod values;

use self::values::Values;
use crate::dialect::Dialect;
use crate::tokens::Kind;

/// Hides nothing.
const EMPTY_COMMENT: &str = "/**/";

/// The statement with every value that was typed into it as `?`, and without its comments, where values could stand as
/// well; `None` if it is fit to be shown as it is.
///
/// Values are strings and numbers, and what looks like a name but is one only by chance:
///
/// - A word in double quotes is a string to `MySQL`, a name to `PostgreSQL`, and either to `SQLite`, which takes it for
///   a string if there is no such column. There, and in databases that are not known here, it is shown where only a
///   name can stand (of a table, an alias, a column with its table); where a column or a string can stand, if it is
///   spelled like a name and the text has tables in double quotes too; and never where a value is expected.
/// - What `SET` or `PRAGMA` sets, or stands behind `IDENTIFIED BY`, is a value without quotes as well, but for words
///   such as `ON` and `DEFAULT`.
///
/// Databases are taken to read strings as they do unless they are told otherwise: `PostgreSQL` with
/// `standard_conforming_strings`, `MySQL` without `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES`. Where a database that is not
/// known here might see a string's end elsewhere, nothing of the text behind its beginning is shown.
pub fn mask(sql: &str, dialect: Dialect) -> Option<String> {
    let values = Values::new(sql, dialect);
    let is_shown = |kind, text, is_value: bool| !is_value && (kind != Kind::Comment || text == EMPTY_COMMENT);
    if values.clone().all(|(token, is_value)| is_shown(token.kind, token.text, is_value)) {
        return None;
    }
    let mut masked = String::with_capacity(sql.len());
    for (token, is_value) in values {
        match token.kind {
            _ if is_value => masked.push('?'),
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
