//! What holds for any text at all; the fuzz target checks it as well.

use crate::dialect::Dialect;
use crate::mask::mask;
use crate::summary::{MAX_SUMMARY, OPERATIONS, OTHER, common_summary, summarize};
use crate::tokens::{Kind, Token, Tokens};

/// Panics where something does not hold.
pub fn check(sql: &str, dialect: Dialect) {
    let summary = summarize(sql, dialect);
    assert!(summary.operation == OTHER || OPERATIONS.contains(&summary.operation), "{sql:?}");
    assert!(summary.text.len() <= MAX_SUMMARY, "{sql:?}");
    assert!(common_summary(sql).is_none_or(|common| common == summary), "{sql:?}");

    let masked = mask(sql, dialect);
    let masked = masked.as_deref().unwrap_or(sql);
    assert_eq!(
        mask(masked, dialect),
        None,
        "{sql:?} as {dialect:?} is {masked:?}, which hides something still"
    );
    let has_literal = Tokens::new(masked, dialect).any(|token| token.kind == Kind::Literal);
    assert!(!has_literal, "{sql:?} as {dialect:?} is {masked:?}, with a literal in it");
    let mut rest = masked;
    for token in Tokens::new(sql, dialect).filter(|token| token.is_significant()) {
        rest = without(token, rest)
            .unwrap_or_else(|| panic!("{sql:?} as {dialect:?} is {masked:?}, without {:?}", token.text));
    }
    assert!(skip_gaps(rest).is_empty(), "{sql:?} as {dialect:?} is {masked:?}, which adds {rest:?}");
}

/// What is left of a masked text behind a token, if that comes next or is hidden.
fn without<'m>(token: Token<'_>, masked: &'m str) -> Option<&'m str> {
    let masked = skip_gaps(masked);
    let shown = masked.strip_prefix(token.text).filter(|_| token.kind != Kind::Literal);
    let may_be_hidden = token.kind == Kind::Literal || token.is_name();
    shown.or_else(|| masked.strip_prefix('?').filter(|_| may_be_hidden))
}

/// Without the spaces and empty comments in front.
fn skip_gaps(masked: &str) -> &str {
    let mut rest = masked;
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
        match trimmed.strip_prefix("/**/") {
            Some(behind) => rest = behind,
            None => return trimmed,
        }
    }
}
