//! What an application wants to know of its statements.

use std::time::Duration;

use crate::clock;

const SLOW: Duration = Duration::from_millis(500);
const REPEATED: usize = 10;

/// What is shown and counted of SQL statements; given to [`TelemetryBuilder::sql`](crate::TelemetryBuilder::sql).
///
/// ```
/// use std::time::Duration;
///
/// use spanweave::Telemetry;
/// use spanweave::sql::{QueryText, SqlOptions};
///
/// let sql = SqlOptions::default().text(QueryText::Summary).slower_than(Duration::from_millis(200)).repeated(5);
/// let telemetry = Telemetry::builder().sql(sql).build()?;
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "options do nothing until a handle is built with them"]
pub struct SqlOptions {
    text: QueryText,
    slower_than: Option<Duration>,
    repeated: usize,
    operation_duration: bool,
    comment: Option<String>,
}

/// How much of a statement's text a span shows, as `db.query.text`. Values are never part of it: bound ones are not in the
/// text, and what was typed into it is shown as `?`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryText {
    /// The text as it was written, with its placeholders; the first 16 KiB.
    #[default]
    Shown,
    /// At most so many bytes of it.
    Shortened(usize),
    /// The summary in its place: `SELECT tasks`.
    Summary,
    /// Nothing.
    Hidden,
}

impl Default for SqlOptions {
    /// The text is shown; statements of more than 500 ms are slow; one that runs 10 times in a trace is repeated.
    fn default() -> SqlOptions {
        SqlOptions {
            text: QueryText::Shown,
            slower_than: Some(SLOW),
            repeated: REPEATED,
            operation_duration: false,
            comment: None,
        }
    }
}

impl SqlOptions {
    /// How much of the text a span shows; [`QueryText::Shown`] by default.
    pub fn text(mut self, text: QueryText) -> Self {
        self.text = text;
        self
    }

    /// From which duration on a statement is slow: its span has `spanweave.slow`, and it is counted in
    /// `sqlx_slow_statements_total`. 500 ms by default; `None` finds none.
    pub fn slower_than(mut self, threshold: impl Into<Option<Duration>>) -> Self {
        self.slower_than = threshold.into();
        self
    }

    /// How often a statement has to run in one trace to be one too many: the trace's root then tells which and how often,
    /// and it is counted in `sqlx_repeated_statements_total`. 10 by default; 0 finds none.
    pub fn repeated(mut self, times: usize) -> Self {
        self.repeated = times;
        self
    }

    /// Whether `db_client_operation_duration_seconds`, the histogram of the OpenTelemetry convention, is there beside
    /// `sqlx_query_duration_seconds`. It is not, by default.
    pub fn operation_duration(mut self, measure: bool) -> Self {
        self.operation_duration = measure;
        self
    }

    /// Sends these tags to the database at the end of every statement, as a comment in the manner of sqlcommenter:
    /// `SELECT … /*service='api'*/`. Nothing is sent by default.
    ///
    /// The tags are the same for every statement, so a prepared one stays prepared. A statement that has a comment of its
    /// own, several statements in one text, one that is not understood, and what sqlx executes of its own account (`BEGIN`) get
    /// none. Where handles of one process have different tags, a statement has those of the first that executes it.
    ///
    /// ```
    /// let sql = spanweave::sql::SqlOptions::default().comment([("service", "api"), ("team", "tasks")]);
    /// ```
    pub fn comment<'t>(mut self, tags: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        // Sorted, and escaped, as sqlcommenter has it.
        let encoded = |text: &str| percent_encoding::utf8_percent_encode(text, &ENCODED).to_string();
        let mut tags: Vec<String> =
            tags.into_iter().map(|(key, value)| format!("{}='{}'", encoded(key), encoded(value))).collect();
        tags.sort();
        self.comment = (!tags.is_empty()).then(|| format!("/*{}*/", tags.join(",")));
        self
    }
}

/// All but the characters that a URL leaves alone: a quote or the end of the comment cannot be among them.
const ENCODED: percent_encoding::AsciiSet =
    percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The options of a handle, at work.
#[derive(Debug)]
pub(crate) struct SqlRules {
    pub(crate) text: QueryText,
    #[cfg_attr(
        not(feature = "_sqlx"),
        expect(dead_code, reason = "only statements of sqlx are timed apart")
    )]
    pub(crate) slow_ticks: u64,
    /// More than any trace has, where none is found.
    pub(crate) repeated: usize,
    #[cfg_attr(not(feature = "_sqlx"), expect(dead_code, reason = "only statements of sqlx are measured"))]
    pub(crate) operation_duration: bool,
    #[cfg_attr(not(feature = "_sqlx"), expect(dead_code, reason = "only texts of sqlx pass by"))]
    pub(crate) comment: Option<String>,
}

impl SqlRules {
    pub(crate) fn new(options: SqlOptions) -> SqlRules {
        let ticks = |threshold: Duration| {
            clock::ticks_within(u64::try_from(threshold.as_nanos()).unwrap_or(u64::MAX))
        };
        SqlRules {
            text: options.text,
            slow_ticks: options.slower_than.map_or(u64::MAX, ticks),
            repeated: if options.repeated == 0 { usize::MAX } else { options.repeated },
            operation_duration: options.operation_duration,
            comment: options.comment,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SqlOptions;

    #[test]
    fn tags_are_sorted_and_cannot_end_the_comment() {
        let options = SqlOptions::default().comment([("team", "a b"), ("action", "*/ DROP '\\")]);
        assert_eq!(options.comment.as_deref(), Some("/*action='%2A%2F%20DROP%20%27%5C',team='a%20b'*/"));
        assert_eq!(SqlOptions::default().comment([]).comment, None);
    }
}
