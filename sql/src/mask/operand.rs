//! Whether a word in double quotes that could be a column or a string is an operand beside a name.

use crate::tokens::{Kind, Token};

const OPERATORS: &[&str] = &["=", "<", ">", "!", "~", "|", "&", "^", "+", "-", "*", "/", "%"];

/// Operators as well, and what may stand within one; `WHEN` compares with what stands behind `CASE`.
const OPERATOR_WORDS: &[&str] =
    &["BETWEEN", "DISTINCT", "GLOB", "ILIKE", "IN", "IS", "LIKE", "MATCH", "NOT", "REGEXP", "RLIKE", "WHEN"];

const CONSTANTS: &[&str] = &["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "FALSE", "NULL", "TRUE"];

/// `"Ann" = name`, `CASE name WHEN "Ann" THEN`: something else may well be the column. `"name" = ?` is no such case,
/// as one does not compare two values. Reads no further than to the next name.
pub(super) fn is_beside_name<'s>(rest: impl Iterator<Item = Token<'s>>) -> bool {
    let mut rest = rest.filter(|token| token.is_significant()).skip_while(|token| token.is_punct(")"));
    let Some(next) = rest.next() else { return false };
    if !is_operator(next) {
        return next.is_word("THEN");
    }
    // `IS DISTINCT FROM`
    let leads = |token: Token<'_>| is_operator(token) || token.is_word("FROM") || token.is_punct("(");
    let operand = rest.find(|token| !leads(*token));
    operand.is_none_or(|operand| !is_value(operand))
}

fn is_operator(token: Token<'_>) -> bool {
    OPERATORS.iter().any(|operator| token.is_punct(operator))
        || OPERATOR_WORDS.iter().any(|operator| token.is_word(operator))
}

fn is_value(token: Token<'_>) -> bool {
    matches!(token.kind, Kind::Literal | Kind::Placeholder)
        || CONSTANTS.iter().any(|constant| token.is_word(constant))
}
