//! What a trace may cost, as an assertion.

use opentelemetry::SpanId;
use opentelemetry::trace::SpanKind;
use opentelemetry_sdk::trace::SpanData;
use opentelemetry_semantic_conventions::attribute::{DB_OPERATION_NAME, DB_SYSTEM_NAME};

use super::span::attribute;
use super::tree::shown;
use super::{Recorded, span_tree};
use crate::sql::OF_TRANSACTIONS;

/// Asserts what the traces so far cost: `sql` counts statements, without those that begin and end transactions, `tx`
/// transactions and savepoints, `spans` all spans. The message of a failure names each count that is out of its limit, and
/// prints the tree, in which neighbours that are alike are folded into one.
///
/// The first argument is a [`TestTelemetry`](crate::testing::TestTelemetry), a [`KeptSpans`](crate::testing::KeptSpans), or
/// spans; then come comparisons by any operator.
///
/// ```
/// use spanweave::assert_budget;
/// use spanweave::sql::Query;
/// use spanweave::testing::TestTelemetry;
///
/// static FIND: Query = Query::new("postgresql", "SELECT name FROM users WHERE id = $1");
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let telemetry = TestTelemetry::new();
/// telemetry.root("GET /users/{id}").run(async { FIND.run(async {}).await }).await;
/// assert_budget!(telemetry, sql <= 3, tx == 0, spans == 2);
/// # });
/// ```
///
/// # Panics
/// When a comparison does not hold.
#[macro_export]
macro_rules! assert_budget {
    ($trace:expr, $($what:ident $compares:tt $limit:expr),+ $(,)?) => {{
        let budget = $crate::testing::Budget::of(&$trace);
        budget.assert(&[$({
            let (count, limit): (usize, usize) = (budget.$what(), $limit);
            (
                count $compares limit,
                ::std::concat!(::std::stringify!($what), " ", ::std::stringify!($compares)),
                limit,
                count,
            )
        }),+]);
    }};
}

/// What some spans cost; [`assert_budget!`](crate::assert_budget) compares it.
#[derive(Clone, Debug)]
pub struct Budget(Vec<SpanData>);

impl Budget {
    /// Of the spans that were recorded.
    pub fn of(spans: &impl Recorded) -> Budget {
        Budget(spans.recorded())
    }

    /// Statements, without those that begin and end transactions.
    pub fn sql(&self) -> usize {
        let is_statement = |span: &&SpanData| {
            let operation = attribute(span, DB_OPERATION_NAME);
            span.span_kind == SpanKind::Client
                && attribute(span, DB_SYSTEM_NAME).is_some()
                && !operation.is_some_and(|operation| OF_TRANSACTIONS.contains(&&*operation))
        };
        self.0.iter().filter(is_statement).count()
    }

    /// Transactions, and savepoints in them: also one of which nothing is seen but its beginning.
    pub fn tx(&self) -> usize {
        let is_transaction =
            |span: &SpanData| span.name == "transaction" && attribute(span, DB_SYSTEM_NAME).is_some();
        let transactions: Vec<SpanId> = self
            .0
            .iter()
            .filter(|span| is_transaction(span))
            .map(|span| span.span_context.span_id())
            .collect();
        let begins_alone = |span: &&SpanData| {
            let operation = attribute(span, DB_OPERATION_NAME);
            matches!(operation.as_deref(), Some("BEGIN" | "SAVEPOINT"))
                && !transactions.contains(&span.parent_span_id)
        };
        transactions.len() + self.0.iter().filter(begins_alone).count()
    }

    /// All spans.
    pub fn spans(&self) -> usize {
        self.0.len()
    }

    /// Panics unless every comparison holds: whether it does, what it says, its limit, and what there is.
    #[doc(hidden)]
    #[track_caller]
    pub fn assert(&self, comparisons: &[(bool, &str, usize, usize)]) {
        let failed: Vec<String> = comparisons
            .iter()
            .filter(|(holds, ..)| !holds)
            .map(|(_, says, limit, count)| format!("{says} {limit}, but there are {count}"))
            .collect();
        let tree = || shown(&span_tree(&self.0, &[]));
        assert!(failed.is_empty(), "out of budget: {}\n\n{}", failed.join("; "), tree());
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use crate::sql::Query;
    use crate::testing::TestTelemetry;

    static FIND: Query = Query::new("sqlite", "SELECT name FROM tasks WHERE id = ?");
    static BEGIN: Query = Query::new("sqlite", "BEGIN");

    fn two_statements() -> TestTelemetry {
        let telemetry = TestTelemetry::new();
        let work = telemetry.root("request").run(async {
            BEGIN.run(async {}).await;
            FIND.run(async {}).await;
            FIND.run(async {}).await;
        });
        block_on(work);
        telemetry
    }

    #[test]
    fn a_budget_that_is_kept_says_nothing() {
        let telemetry = two_statements();
        assert_budget!(telemetry, sql == 2, tx < 2, spans <= 4,);
        assert_budget!(telemetry.spans(), sql != 1);
        assert_budget!(&telemetry, sql >= 1 + 1);
    }

    #[test]
    #[should_panic(
        expected = "out of budget: sql <= 1, but there are 2; spans == 3, but there are 4\n\nrequest\n  BEGIN\n  SELECT tasks (×2)\n"
    )]
    fn one_that_is_not_shows_the_tree() {
        assert_budget!(two_statements(), sql <= 1, tx == 1, spans == 3);
    }
}
