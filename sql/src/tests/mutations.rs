//! Statements that went wrong: tokens of the corpus lost, repeated, exchanged, and torn apart.

use super::invariants::check;
use super::random::Random;
use super::statements::corpora;
use crate::Dialect;
use crate::tokens::Tokens;

/// What opens, closes or separates something.
const ODD: &[&str] = &[
    "'",
    "\"",
    "`",
    "[",
    "]",
    "(",
    ")",
    ",",
    ";",
    ".",
    "$",
    "$$",
    "$a$",
    "--",
    "-- ",
    "/*",
    "/*!",
    "*/",
    "/**/",
    "#",
    "E'",
    "q'[",
    "U&\"",
    "\\",
    "\0",
    "\n",
    "é",
    "\u{1F980}",
    "1e",
    "0x",
    "2fa",
    "?",
    ":",
    "::",
    "@",
    "-",
    "=",
];

#[test]
fn whatever_becomes_of_a_statement() {
    let corpora = corpora();
    let statements: Vec<_> =
        corpora.iter().flat_map(|corpus| &corpus.cases).map(|case| case.sql.as_str()).collect();
    let mut random = Random(7);
    for _ in 0..3_000 {
        let sql = mutated(random.of(&statements), random.of(&statements), &mut random);
        for dialect in Dialect::ALL {
            check(&sql, dialect);
        }
    }
}

#[test]
fn the_corpus_itself() {
    for case in corpora().iter().flat_map(|corpus| &corpus.cases) {
        for dialect in Dialect::ALL {
            check(&case.sql, dialect);
        }
    }
}

/// What was found by fuzzing, made small.
#[test]
fn what_was_found() {
    let found = [
        // A value that is spelled like a keyword says nothing about what is behind it.
        r#"PRAGMA (SELECT a FROM "b")"#,
    ];
    for sql in found {
        for dialect in Dialect::ALL {
            check(sql, dialect);
        }
    }
}

/// A statement, changed in a few places, with tokens of another.
fn mutated(sql: &str, other: &str, random: &mut Random) -> String {
    let dialect = Dialect::ALL[random.below(Dialect::ALL.len())];
    let tokens = |sql| Tokens::new(sql, dialect).map(|token| token.text).collect::<Vec<_>>();
    let (mut changed, other) = (tokens(sql), tokens(other));
    for _ in 0..=random.below(4) {
        let at = random.below(changed.len() + 1);
        let end = changed.len().min(at + random.below(3));
        let piece = match random.below(3) {
            0 => None,
            1 => Some(random.of(ODD)),
            _ => Some(random.of(&other)),
        };
        changed.splice(at..end, piece);
    }
    changed.concat()
}
