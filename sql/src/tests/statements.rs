//! The corpus: statements as applications have them, with what is expected of each. `tests/corpus/common.txt` says how
//! it is written down.

use crate::Dialect;

/// A statement, and what is expected of it.
pub(super) struct Case {
    pub(super) sql: String,
    /// `operation | table | summary | what is not usual`
    pub(super) summary: &'static str,
    /// `None` if it may be shown as it was written.
    pub(super) masked: Option<&'static str>,
    /// The file and line of the expectation.
    pub(super) place: String,
}

pub(super) struct Corpus {
    pub(super) dialects: &'static [Dialect],
    pub(super) cases: Vec<Case>,
}

/// Every file, with the dialects that it is for.
pub(super) fn corpora() -> Vec<Corpus> {
    macro_rules! file {
        ($name:literal) => {
            ($name, include_str!(concat!("../../tests/corpus/", $name)))
        };
    }
    let files: [(_, &'static [Dialect]); 5] = [
        (file!("common.txt"), &Dialect::ALL),
        (file!("postgres.txt"), &[Dialect::Postgres]),
        (file!("mysql.txt"), &[Dialect::MySql]),
        (file!("sqlite.txt"), &[Dialect::Sqlite]),
        (file!("other.txt"), &[Dialect::Other]),
    ];
    let corpora =
        files.into_iter().map(|((name, text), dialects)| Corpus { dialects, cases: cases(name, text) });
    corpora.collect()
}

fn cases(name: &str, text: &'static str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(masked) = line.strip_prefix("~> ") {
            cases.last_mut().expect("a summary is expected first").masked = Some(masked);
        } else if let Some(summary) = line.strip_prefix("=> ") {
            let sql = std::mem::take(&mut lines).join("\n");
            cases.push(Case { sql, summary, masked: None, place: format!("{name}:{number}") });
        } else if !line.starts_with("##") && (!line.is_empty() || !lines.is_empty()) {
            lines.push(line);
        }
    }
    assert!(lines.is_empty(), "{name} ends without an expectation");
    cases
}
