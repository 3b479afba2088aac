use super::statements::{Case, corpora};
use crate::{Dialect, Summary, common_summary, mask, summarize};

#[test]
fn every_statement_is_summarized() {
    let mut wrong = Vec::new();
    for corpus in corpora() {
        for (case, dialect) in pairs(&corpus.cases, corpus.dialects) {
            let found = shown(&summarize(&case.sql, dialect));
            if found != case.summary {
                wrong.push(format!(
                    "{} ({dialect:?})\n  expected {}\n  found    {found}",
                    case.place, case.summary
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_statement_is_masked() {
    let mut wrong = Vec::new();
    for corpus in corpora() {
        for (case, dialect) in pairs(&corpus.cases, corpus.dialects) {
            let found = mask(&case.sql, dialect);
            // Where nothing is said of it, it is at least shown without values.
            if let Some(expected) = case.masked
                && found.as_deref() != Some(expected)
            {
                wrong.push(format!(
                    "{} ({dialect:?})\n  expected {expected}\n  found    {found:?}",
                    case.place
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_common_needs_no_database() {
    for corpus in corpora() {
        for case in corpus.cases.iter().filter(|_| corpus.dialects == Dialect::ALL) {
            let summary = summarize(&case.sql, Dialect::Other);
            let expected = (!summary.text.is_empty()).then_some(summary);
            assert_eq!(common_summary(&case.sql), expected, "{}", case.place);
        }
    }
}

#[test]
fn what_databases_read_differently_has_no_common_summary() {
    let texts = [
        // A name, or a string.
        r#"SELECT * FROM "tasks""#,
        // A string's end, or not.
        r"SELECT 'a\' FROM tasks --'",
        // A comment, or not.
        "SELECT * FROM a # , b\n, c",
        // Subscripts, or a name.
        "SELECT * FROM [tasks]",
        "FROBNICATE tasks",
        "",
    ];
    for sql in texts {
        assert_eq!(common_summary(sql), None, "{sql}");
    }
}

fn pairs<'c>(cases: &'c [Case], dialects: &'c [Dialect]) -> impl Iterator<Item = (&'c Case, Dialect)> {
    cases.iter().flat_map(|case| dialects.iter().map(move |dialect| (case, *dialect)))
}

/// As the corpus writes it down.
fn shown(summary: &Summary) -> String {
    let Summary { operation, table, text, .. } = summary;
    let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let table = or_dash(table.as_deref().unwrap_or_default());
    let several_tables = (summary.table.is_some() && !summary.one_table).then_some("several tables");
    let statements = (!summary.one_statement).then_some("not one statement");
    let unusual: Vec<_> = several_tables.into_iter().chain(statements).collect();
    let bar = if unusual.is_empty() { "" } else { " | " };
    format!("{operation} | {table} | {}{bar}{}", or_dash(text), unusual.join(", "))
}
