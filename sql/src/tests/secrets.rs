//! A value that was typed into a statement, in every form and at any place, is never shown.

use super::random::Random;
use super::statements::corpora;
use crate::tokens::{Kind, Tokens};
use crate::{Dialect, mask, summarize};

const SECRET: &str = "5551234";
const ANYWHERE: &[&str] = &[
    "'5551234'",
    "'it''s 5551234'",
    "''",
    "5551234",
    "-5551234",
    "5551234.5",
    ".5551234",
    "5551234e5",
    "1.5551234e-5",
    "0x5551234",
    "x'5551234'",
    "B'5551234'",
    "N'5551234'",
    "DATE '5551234'",
    "U&'5551234'",
    "'5551234",
    "'é5551234",
    "$$5551234$$",
    "$a$5551234$$",
    "$a$5551234",
    "/* 5551234 */",
    "-- 5551234\n",
    "/* 5551234",
];
const POSTGRES: &[&str] = &[
    "E'5551234'",
    r"e'it\'s 5551234'",
    "E'a'\n '\\' 5551234'",
    r"'\'",
    "0o5551234",
    "5_551234e5551234",
    "/* /* */ 5551234 */",
];
const MYSQL: &[&str] = &[
    "\"5551234\"",
    r#""it\"s 5551234""#,
    r"'it\'s 5551234'",
    "_utf8mb4'5551234'",
    "_binary 0x5551234",
    "\"5551234",
    "# 5551234\n",
    "/*! '5551234' */",
    "'a' '5551234'",
    "`5551234",
];
const SQLITE: &[&str] = &[r"e'\', '5551234'", "`5551234", "[5551234"];
const OTHER: &[&str] = &[
    "q'[it's 5551234]'",
    "nq'{'5551234}'",
    "Q'!it's 5551234!'",
    r"'it\'s 5551234'",
    "'''it's 5551234'''",
    r#""it\"s 5551234""#,
    "\"\"\"it\"s 5551234\"\"\"",
    "[1, '5551234']",
    "[5551234]",
    "# 5551234\n",
    "r'\\' 5551234'",
];

#[test]
fn in_every_form_of_a_literal_at_any_place() {
    let forms = |dialect| match dialect {
        Dialect::Postgres => POSTGRES,
        Dialect::MySql => MYSQL,
        Dialect::Sqlite => SQLITE,
        Dialect::Other => OTHER,
    };
    let mut random = Random(7);
    for corpus in corpora() {
        for case in &corpus.cases {
            for &dialect in corpus.dialects {
                let form = random.of(&[ANYWHERE, forms(dialect)].concat());
                let mut tokens: Vec<_> = Tokens::new(&case.sql, dialect).map(|token| token.text).collect();
                let spaced = format!(" {form} ");
                tokens.insert(random.below(tokens.len() + 1), &spaced);
                expect_hidden(&tokens.concat(), dialect);
            }
        }
    }
}

/// Where a value stands, a word in double quotes is one.
#[test]
fn in_double_quotes_where_a_value_stood() {
    for corpus in corpora() {
        for case in &corpus.cases {
            for &dialect in corpus.dialects.iter().filter(|dialect| **dialect != Dialect::Postgres) {
                let quoted = Tokens::new(&case.sql, dialect).map(|token| match token.kind {
                    // What a name in brackets or backticks is while it is open, nobody can say.
                    Kind::Literal if !token.text.starts_with(['[', '`']) => "\"Ann 5551234\"",
                    _ => token.text,
                });
                expect_hidden(&quoted.collect::<String>(), dialect);
            }
        }
    }
}

fn expect_hidden(sql: &str, dialect: Dialect) {
    let masked = mask(sql, dialect);
    assert!(
        !masked.as_deref().unwrap_or(sql).contains(SECRET),
        "{sql}\nas {dialect:?} is shown as\n{masked:?}"
    );
    let summary = summarize(sql, dialect);
    let is_named = summary.table.is_some_and(|table| table.contains(SECRET));
    assert!(
        !is_named && !summary.text.contains(SECRET),
        "{sql}\nas {dialect:?} is summarized as {}",
        summary.text
    );
}
