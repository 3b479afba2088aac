//! What the corpus cannot write down.

use super::{MAX_SUMMARY, OTHER, summarize};
use crate::dialect::Dialect;

#[test]
fn nothing_is_no_statement() {
    for sql in ["", "  \n", "\0", "averyveryverylongword x"] {
        let summary = summarize(sql, Dialect::Postgres);
        assert_eq!((summary.operation, summary.table, summary.text.as_str()), (OTHER, None, ""), "{sql:?}");
    }
}

#[test]
fn a_long_summary_is_cut_between_words() {
    let tables: Vec<_> = (0..200).map(|table| format!("table_{table}")).collect();
    let text = summarize(&format!("SELECT * FROM {}", tables.join(", ")), Dialect::Sqlite).text;
    assert!(text.len() <= MAX_SUMMARY && text.len() > MAX_SUMMARY - 12, "{text}");
    assert!(text.starts_with("SELECT table_0 table_1 ") && !text.ends_with(' '));
    assert!(tables.iter().any(|table| text.ends_with(table.as_str())), "{text}");

    let long = "x".repeat(MAX_SUMMARY);
    assert_eq!(summarize(&format!("SELECT * FROM {long}, b"), Dialect::Sqlite).text, "SELECT");
}
