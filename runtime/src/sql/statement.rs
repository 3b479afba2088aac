//! What is known of a statement from its text alone; the constant part of its spans.

use std::borrow::Cow;
use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use opentelemetry_semantic_conventions::attribute::{
    DB_COLLECTION_NAME, DB_OPERATION_NAME, DB_QUERY_SUMMARY, DB_SYSTEM_NAME,
};
use spanweave_sql::{MAX_SUMMARY, OTHER, Summary, mask, summarize};

use super::options::QueryText;
use super::source::{Act, Source, head, system};
use crate::core::Metric;
use crate::counters::Counted;
#[cfg(feature = "_sqlx")]
use crate::exemplars::EndedSpan;
use crate::names;
use crate::outcome::Outcome;
use crate::site::{Describe, Measure, Site, SiteCell};

/// The most bytes of a table's name in a label.
const MAX_LABEL: usize = 128;
/// The label of a statement without a table.
const NO_TABLE: &str = "none";

/// The operations that begin and end transactions. sqlx executes them with texts of its own.
pub(crate) const OF_TRANSACTIONS: [&str; 5] = ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"];

/// Whether a statement's text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Shown,
    Hidden,
}

/// A statement of the process: one for each text, kept for good.
#[derive(Debug)]
pub(crate) struct Statement {
    /// What the statement was made of, as it was written.
    pub(super) source: Source<'static>,
    system: Cow<'static, str>,
    text: Text,
    /// The text as it is shown, where that is not as it was written; found on the exporter's thread.
    masked: OnceLock<Option<String>>,
    summary: String,
    operation: &'static str,
    /// The one table, of which alone the convention's attribute can tell.
    collection: Option<String>,
    /// No other statement is in its text.
    alone: bool,
    table_label: String,
    site: SiteCell,
    /// Of the convention's own histogram, where the statement ends well.
    operation_duration: OnceLock<Metric>,
    commented: OnceLock<Commented>,
}

/// A text with a comment behind it.
#[derive(Debug)]
struct Commented {
    comment: String,
    text: String,
}

/// What [`Statement::new`] is to make of a text.
pub(super) struct Reading {
    system: Cow<'static, str>,
    summary: Summary,
}

impl Reading {
    pub(super) fn of(source: Source<'_>) -> Reading {
        let mut summary = summarize(source.text, source.dialect());
        if source.act == Act::Prepare {
            summary.operation = "PREPARE";
            let text = format!("PREPARE {}", summary.text);
            summary.text =
                if text.len() > MAX_SUMMARY { "PREPARE".to_owned() } else { text.trim_end().to_owned() };
        }
        Reading { system: system(source.driver), summary }
    }

    /// The reading of a text that somebody else has read.
    pub(super) fn given(source: Source<'_>, summary: Summary) -> Reading {
        Reading { system: system(source.driver), summary }
    }

    pub(super) fn summary(&self) -> &str {
        &self.summary.text
    }

    /// The value of the `table` label, as far as this statement goes.
    pub(super) fn table_label(&self) -> &str {
        head(self.summary.table.as_deref().unwrap_or(NO_TABLE), MAX_LABEL)
    }

    /// The bytes that keeping the statement costs, but for its own size.
    pub(super) fn size(&self) -> usize {
        let Summary { table, text, .. } = &self.summary;
        table.as_ref().map_or(0, String::len) + text.len() + self.table_label().len()
    }
}

impl Statement {
    pub(super) fn new(
        source: Source<'static>,
        text: Text,
        table_label: String,
        reading: Reading,
    ) -> Statement {
        let Reading { system, summary } = reading;
        Statement {
            source,
            system,
            text,
            masked: OnceLock::new(),
            summary: summary.text,
            operation: summary.operation,
            collection: summary.table.filter(|_| summary.one_table),
            alone: summary.one_statement,
            table_label,
            site: SiteCell::new(),
            operation_duration: OnceLock::new(),
            commented: OnceLock::new(),
        }
    }

    pub(super) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }

    /// The name of its database's system, as the convention has it.
    pub(crate) fn system(&'static self) -> &'static str {
        &self.system
    }

    /// Whether it begins or ends a transaction.
    fn is_of_transactions(&self) -> bool {
        OF_TRANSACTIONS.contains(&self.operation)
    }

    pub(crate) fn summary(&'static self) -> &'static str {
        &self.summary
    }

    /// The text as a handle shows it.
    pub(crate) fn shown_text(&'static self, shown: QueryText) -> Option<&'static str> {
        let full = || {
            let masked = self.masked.get_or_init(|| mask(self.source.text, self.source.dialect()));
            (self.text == Text::Shown && !self.is_of_transactions())
                .then(|| masked.as_deref().unwrap_or(self.source.text))
        };
        match shown {
            QueryText::Shown => full(),
            QueryText::Shortened(most) => full().map(|text| head(text, most)),
            QueryText::Summary => Some(&*self.summary).filter(|summary| !summary.is_empty()),
            QueryText::Hidden => None,
        }
    }

    /// `text`, which is this statement's, with a comment behind it: if it takes one, and had no other before. The text
    /// is the same every time, so that what is prepared stays prepared.
    pub(super) fn commented(&'static self, text: &str, comment: &str) -> Option<&'static str> {
        if text.len() != self.source.text.len() || !self.takes_comment() {
            return None;
        }
        let with_comment = || {
            let end = text.trim_end().trim_end_matches(';').trim_end();
            Commented { comment: comment.to_owned(), text: format!("{end} {comment}") }
        };
        let commented = self.commented.get_or_init(with_comment);
        (commented.comment == comment).then_some(&*commented.text)
    }

    /// Whether a comment behind its text is one, and the only one.
    fn takes_comment(&self) -> bool {
        self.alone && self.operation != OTHER && self.text == Text::Shown && !self.source.may_have_comment()
    }

    /// The series of `db.client.operation.duration` that counts an end with this outcome.
    pub(super) fn operation_duration(&self, outcome: Outcome) -> Metric {
        let metric = |error_type: &str| {
            let operation = if self.operation == OTHER { "" } else { self.operation };
            let collection = self.collection.as_deref().map_or("", |collection| head(collection, MAX_LABEL));
            let labels = [&*self.system, operation, collection, error_type].map(str::to_owned);
            Metric::of(&names::OPERATIONS, Box::new(labels))
        };
        match outcome {
            Outcome::Ok => *self.operation_duration.get_or_init(|| metric("")),
            Outcome::Error(class) => metric(class),
            Outcome::Cancelled => metric("cancelled"),
            Outcome::Panicked => metric("panic"),
        }
    }
}

impl Counted for Statement {
    fn labels(&'static self) -> Vec<String> {
        vec![self.table_label.clone(), self.operation.to_owned()]
    }
}

impl Describe for Statement {
    /// By the convention's rule: the summary, or the name of the system.
    fn span_name(&'static self) -> Cow<'static, str> {
        Cow::Borrowed(if self.summary.is_empty() { &self.system } else { &self.summary })
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Client
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        into.push(KeyValue::new(DB_SYSTEM_NAME, &*self.system));
        if !self.summary.is_empty() {
            into.push(KeyValue::new(DB_QUERY_SUMMARY, &*self.summary));
        }
        if self.alone && self.operation != OTHER {
            into.push(KeyValue::new(DB_OPERATION_NAME, self.operation));
        }
        if let Some(collection) = &self.collection {
            into.push(KeyValue::new(DB_COLLECTION_NAME, &**collection));
        }
    }

    fn statement(&'static self) -> Option<&'static Statement> {
        Some(self)
    }

    /// Each transaction has its own.
    fn may_repeat(&self) -> bool {
        !self.is_of_transactions()
    }

    fn measure(&'static self) -> Measure {
        let labels = Box::new([self.table_label.clone(), self.operation.into()]);
        Measure::One(Metric::of(&names::STATEMENTS, labels))
    }

    #[cfg(feature = "_sqlx")]
    fn metric_of_ended(&'static self, span: &EndedSpan<'_>) -> Option<Metric> {
        span.core.rules.sql.operation_duration.then(|| self.operation_duration(span.record.outcome))
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, Reading, Source, Statement, Text};
    use crate::site::Describe;
    use crate::sql::QueryText;
    use crate::sql::source::MAX_TEXT;

    fn statement(driver: &'static str, act: Act, sql: &'static str) -> &'static Statement {
        let source = Source::new(driver, act, sql);
        let reading = Reading::of(source);
        let label = reading.table_label().to_owned();
        Box::leak(Box::new(Statement::new(source, Text::Shown, label, reading)))
    }

    /// The span's name and its attributes, a line each.
    fn shown(statement: &'static Statement) -> String {
        let mut attributes = Vec::new();
        statement.attributes(&mut attributes);
        let lines = attributes.iter().map(|attribute| format!("\n{}: {}", attribute.key, attribute.value));
        format!("{}{}", statement.span_name(), lines.collect::<String>())
    }

    #[test]
    fn a_statement_describes_itself_by_the_convention() {
        let select = statement("SQLite", Act::Run, "SELECT a FROM tasks WHERE b = ? AND c = 'x'");
        assert_eq!(
            shown(select),
            "SELECT tasks\n\
             db.system.name: sqlite\n\
             db.query.summary: SELECT tasks\n\
             db.operation.name: SELECT\n\
             db.collection.name: tasks"
        );
    }

    #[test]
    fn a_text_is_shown_as_far_as_is_asked_for() {
        let select = statement("SQLite", Act::Run, "SELECT é FROM tasks WHERE c = 'x'");
        assert_eq!(select.shown_text(QueryText::Shown), Some("SELECT é FROM tasks WHERE c = ?"));
        assert_eq!(select.shown_text(QueryText::Shortened(8)), Some("SELECT "));
        assert_eq!(select.shown_text(QueryText::Summary), Some("SELECT tasks"));
        assert_eq!(select.shown_text(QueryText::Hidden), None);
        assert_eq!(statement("SQLite", Act::Run, "?").shown_text(QueryText::Summary), None);
    }

    #[test]
    fn a_comment_goes_behind_one_statement_that_has_none() {
        let commented = |sql| statement("SQLite", Act::Run, sql).commented(sql, "/*a='1'*/");
        assert_eq!(commented("SELECT 1 FROM tasks; "), Some("SELECT 1 FROM tasks /*a='1'*/"));
        for sql in ["SELECT 1 -- one", "/*+ hint */ SELECT 1", "SELECT 1; SELECT 2", "gibberish"] {
            assert_eq!(commented(sql), None, "{sql}");
        }
    }

    #[test]
    fn names_are_left_out_where_there_are_several() {
        let script = statement("PostgreSQL", Act::Run, "DELETE FROM a; DELETE FROM b");
        assert_eq!(
            shown(script),
            "DELETE a DELETE b\n\
             db.system.name: postgresql\n\
             db.query.summary: DELETE a DELETE b"
        );
    }

    #[test]
    fn what_is_not_understood_goes_by_the_name_of_its_system() {
        assert_eq!(shown(statement("DuckDB", Act::Run, "?")), "duckdb\ndb.system.name: duckdb");
    }

    #[test]
    fn preparing_is_an_operation_of_its_own() {
        let prepare = statement("MySQL", Act::Prepare, "SELECT a FROM tasks");
        assert_eq!(prepare.span_name(), "PREPARE SELECT tasks");
        assert_eq!((prepare.operation, &*prepare.table_label), ("PREPARE", "tasks"));
    }

    #[test]
    fn a_long_text_is_cut() {
        let sql = format!("SELECT * FROM tasks WHERE é IN ({}", "?, é, ".repeat(MAX_TEXT)).leak();
        let source = Source::new("SQLite", Act::Run, sql);
        assert!((MAX_TEXT - 3..=MAX_TEXT).contains(&source.text.len()));
        assert_eq!(Reading::of(source).summary(), "SELECT tasks");
    }

    #[test]
    fn a_label_is_no_longer_than_a_name_should_be() {
        let sql = format!("SELECT * FROM {}", "é".repeat(1_000)).leak();
        let reading = Reading::of(Source::new("SQLite", Act::Run, sql));
        assert_eq!(reading.table_label(), "é".repeat(64));
    }
}
