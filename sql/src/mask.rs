//! The text of a statement as it may be shown: with its placeholders, and without a value.

use crate::tokens::{Dialect, Kind, Tokens};

/// The statement with every string and number that was typed into it as `?`, and without its comments, where values
/// could stand as well; `None` if it is fit to be shown as it is.
pub fn mask(sql: &str, dialect: Dialect) -> Option<String> {
    let shown_as_is = |kind| !matches!(kind, Kind::Literal | Kind::Comment);
    if Tokens::new(sql, dialect).all(|token| shown_as_is(token.kind)) {
        return None;
    }
    let mut masked = String::with_capacity(sql.len());
    for token in Tokens::new(sql, dialect) {
        match token.kind {
            Kind::Literal => masked.push('?'),
            Kind::Comment if masked.ends_with(|last: char| last.is_ascii_whitespace()) => {}
            Kind::Comment => masked.push(' '),
            _ => masked.push_str(token.text),
        }
    }
    Some(masked)
}

#[cfg(test)]
mod tests {
    use super::mask;
    use crate::tokens::Dialect;

    #[test]
    fn a_text_of_placeholders_is_left_as_it_is() {
        for sql in ["SELECT a1 FROM t2 WHERE b = $1\n  AND c IN (?, ?2, :d)", "", "COMMIT", "a::int[]"] {
            assert_eq!(mask(sql, Dialect::Sqlite), None, "{sql}");
        }
    }

    #[test]
    fn what_was_typed_in_is_masked() {
        let all = [
            ("SELECT 'Ann''s', -5, 1.5e3, x'ff', NULL FROM t1", "SELECT ?, -?, ?, ?, NULL FROM t1"),
            (
                "SELECT * FROM t WHERE a = $1 AND b = 'x' LIMIT 10",
                "SELECT * FROM t WHERE a = $1 AND b = ? LIMIT ?",
            ),
            ("SELECT a -- for Ann\nFROM t /* Ann */", "SELECT a \nFROM t "),
            ("SELECT 1/*x*/+2", "SELECT ? +?"),
            ("INSERT INTO t VALUES ('open", "INSERT INTO t VALUES (?"),
            ("SELECT $body$ secret $body$", "SELECT ?"),
        ];
        for (sql, expected) in all {
            assert_eq!(mask(sql, Dialect::Postgres).as_deref(), Some(expected), "{sql}");
        }
    }

    #[test]
    fn mysql_has_strings_in_double_quotes() {
        let masked = mask(r#"SELECT `a` FROM t WHERE b = "Ann \" x" # Ann"#, Dialect::MySql);
        assert_eq!(masked.as_deref(), Some("SELECT `a` FROM t WHERE b = ? "));
    }
}
