//! Texts that are long, deep or broken: work grows with their length, and no faster.

use super::invariants::check;
use crate::tokens::work;
use crate::{Dialect, MAX_SUMMARY, mask, summarize};

/// A text of so many pieces.
type Text = fn(usize) -> String;

const TEXTS: &[Text] = &[
    |times| format!("SELECT * FROM tasks WHERE id IN ({})", "?, ".repeat(times)),
    |times| format!("INSERT INTO tasks VALUES ({})", "$1, 'Ann', 5, ".repeat(times)),
    |times| format!("SELECT {} 1", "(".repeat(times)),
    |times| format!("SELECT {}1{}", "(".repeat(times), ")".repeat(times)),
    |times| format!("WITH {} z AS (SELECT 1) SELECT * FROM z", "a AS (SELECT 1), ".repeat(times)),
    |times| format!("SELECT * FROM {} z", "a JOIN ".repeat(times)),
    |times| format!("SELECT * FROM {} z", "(SELECT * FROM ".repeat(times)),
    |times| format!("SELECT '{}'", "a secret of megabytes ".repeat(times)),
    |times| "UPDATE \"a\" /* x */ SET a = \"b\" ; ".repeat(times),
    |times| format!("SELECT * FROM \"t\" WHERE {}", "\"a\" ) /* b */ = NOT ( ".repeat(times)),
    |times| format!("SELECT * FROM \"t\" WHERE \"a\" {}", "= ".repeat(times)),
    |times| "SET a = b /* c */ , d ; ".repeat(times),
    |times| "\"a\" /**/ ".repeat(times),
    |times| "[a ".repeat(times),
    |times| "$a".repeat(times),
    |times| "$a$".repeat(times),
    |times| "/*".repeat(times),
    |times| "'\\".repeat(times),
    |times| "a.".repeat(times),
    |times| "E'a'\n".repeat(times),
    |times| "q'[".repeat(times),
    |times| "VACUUM (".repeat(times),
    |times| "\0".repeat(times),
    |times| "'".repeat(times),
    |times| "\"".repeat(times),
    |times| "é\u{1F980}".repeat(times),
    |times| "2fa ".repeat(times),
];

#[test]
fn twice_the_text_is_twice_the_work() {
    for text in TEXTS {
        let (once, twice) = (text(1_000), text(2_000));
        for dialect in Dialect::ALL {
            let (work, double_work) = (work_on(&once, dialect), work_on(&twice, dialect));
            let start = &once[..once.floor_char_boundary(40)];
            assert!(work <= 8 * once.len(), "{work} for {} of {start:?} as {dialect:?}", once.len());
            assert!(double_work <= 2 * work + 100, "{work} and {double_work} for {start:?} as {dialect:?}");
        }
    }
}

#[test]
fn what_is_too_long_or_too_deep_is_sound() {
    for text in TEXTS {
        for dialect in Dialect::ALL {
            check(&text(100), dialect);
            read(&text(10_000), dialect);
        }
    }
    let megabyte = "SELECT 'a' FROM b; ".repeat(56_000);
    for dialect in Dialect::ALL {
        read(&megabyte, dialect);
    }
}

#[test]
fn literals_may_hold_the_escapes_of_any_bytes() {
    for (dialect, sql) in [
        (Dialect::Postgres, r"SELECT E'\xff\xfe\000' FROM tasks"),
        (Dialect::Postgres, r"SELECT '\xdeadbeef'::bytea FROM tasks"),
        (Dialect::MySql, r"SELECT 'a\0b\Z' FROM tasks"),
        (Dialect::Sqlite, "SELECT 'a\0b' FROM tasks"),
        (Dialect::Other, "SELECT 'a\u{fffd}b' FROM tasks"),
    ] {
        assert_eq!(summarize(sql, dialect).text, "SELECT tasks", "{sql}");
        assert!(
            !mask(sql, dialect).expect("a literal is hidden").contains(['\\', '\0', '\u{fffd}']),
            "{sql}"
        );
    }
}

/// The bytes of all tokens that were read, those looked at ahead of time included.
fn work_on(sql: &str, dialect: Dialect) -> usize {
    work::reset();
    read(sql, dialect);
    work::done()
}

fn read(sql: &str, dialect: Dialect) {
    assert!(summarize(sql, dialect).text.len() <= MAX_SUMMARY);
    mask(sql, dialect);
}
