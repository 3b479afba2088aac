//! The metrics' names, labels and buckets.

use crate::buckets::Buckets;
use crate::counters::CounterFamily;
use crate::family::{Family, MAX_SERIES_OF_ONE, Outcomes, Overflows};
use crate::registry::MAX_SERIES;

/// Twelve bounds, so that a thousand methods with all their outcomes stay within twenty thousand series.
pub(crate) static METHODS: Family = Family {
    name: "method_duration",
    help: "Time from a method's first poll to its end, whatever the outcome.",
    label_names: &["kind", "type", "method"],
    buckets: Buckets::new(&[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0]),
    outcomes: Some(Outcomes {
        calls: "method_calls",
        errors: "method_errors",
        untraced: "method_untraced_calls",
    }),
    is_own: false,
    // As many as are annotated.
    max_series: MAX_SERIES,
    overflows: Overflows::none(),
};

/// The bounds of the convention for `db.client.operation.duration`, with two more where statements mostly are.
pub(crate) static STATEMENTS: Family = Family {
    name: "sqlx_query_duration",
    help: "Time from a statement's start to the end of its rows, with or without a trace.",
    label_names: &["table", "operation"],
    buckets: Buckets::new(&[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0]),
    outcomes: None,
    is_own: false,
    max_series: MAX_SERIES_OF_ONE,
    overflows: Overflows::none(),
};

/// The convention's own histogram of statements, with its bounds.
pub(crate) static OPERATIONS: Family = Family {
    name: "db_client_operation_duration",
    help: "Time from a statement's start to the end of its rows, by the OpenTelemetry convention.",
    label_names: &["db_system_name", "db_operation_name", "db_collection_name", "error_type"],
    buckets: Buckets::new(&[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0]),
    outcomes: None,
    is_own: false,
    max_series: MAX_SERIES_OF_ONE,
    overflows: Overflows::none(),
};

/// By what ended it.
pub(crate) static TRANSACTIONS: Family = Family {
    name: "sqlx_transaction_duration",
    help: "Time from before a transaction's BEGIN to its end, by what ended it.",
    label_names: &["end"],
    buckets: Buckets::new(&[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0]),
    outcomes: None,
    is_own: false,
    max_series: MAX_SERIES_OF_ONE,
    overflows: Overflows::none(),
};

/// Named as the convention's metric; a pool that has a connection gives it within microseconds.
pub(crate) static POOL_WAITS: Family = Family {
    name: "db_client_connection_wait_time",
    help: "Time that waiting for a connection of a pool took, whether there was one or not.",
    label_names: &["pool"],
    buckets: Buckets::new(&[0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0]),
    outcomes: None,
    is_own: false,
    max_series: MAX_SERIES_OF_ONE,
    overflows: Overflows::none(),
};

pub(crate) static SLOW_STATEMENTS: CounterFamily = CounterFamily {
    name: "sqlx_slow_statements",
    help: "Statements that took longer than the threshold.",
    label_names: &["table", "operation"],
};

pub(crate) static REPEATED_STATEMENTS: CounterFamily = CounterFamily {
    name: "sqlx_repeated_statements",
    help: "Traces in which one statement ran so often that one for all would do.",
    label_names: &["table", "operation"],
};

pub(crate) static UNTRACED_STATEMENTS: CounterFamily = CounterFamily {
    name: "sqlx_untraced_statements",
    help: "Statements outside any trace, by the method that executes them.",
    label_names: &["type", "method"],
};

/// The bounds of the convention for `http.server.request.duration`.
#[cfg(feature = "axum")]
pub(crate) static REQUESTS: Family = Family {
    name: "http_request_duration",
    help: "Time from a request's arrival to the head of its response, or to the end of its body where that is timed.",
    label_names: &["route", "method", "status"],
    buckets: Buckets::new(&[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]),
    outcomes: None,
    is_own: false,
    max_series: MAX_SERIES_OF_ONE,
    overflows: Overflows::none(),
};

/// From a push that is done at once to an export that takes minutes.
#[cfg(feature = "apalis")]
pub(crate) static JOBS: Family = Family {
    name: "job_duration",
    help: "Time of one attempt at a job, from when the worker took it to its end, by result.",
    label_names: &["task_type", "result"],
    buckets: Buckets::new(&[
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0,
    ]),
    outcomes: None,
    is_own: false,
    max_series: MAX_SERIES_OF_ONE,
    overflows: Overflows::none(),
};

/// From a queue that is empty to one that nobody has worked on for a night.
#[cfg(feature = "apalis")]
pub(crate) static JOB_WAITS: Family = Family {
    name: "job_queue_wait",
    help: "Time from when a job could have been run to its first attempt.",
    label_names: &["task_type"],
    buckets: Buckets::new(&[
        0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0, 21_600.0,
    ]),
    outcomes: None,
    is_own: false,
    max_series: MAX_SERIES_OF_ONE,
    overflows: Overflows::none(),
};

/// Attempts at jobs that were tried before.
#[cfg(feature = "apalis")]
pub(crate) static JOB_RETRIES: CounterFamily = CounterFamily {
    name: "job_retries",
    help: "Attempts at jobs after the first.",
    label_names: &["task_type"],
};

/// The bounds of the convention for `http.client.request.duration`.
#[cfg(feature = "reqwest-middleware")]
pub(crate) static SENT_REQUESTS: Family = Family {
    name: "http_client_request_duration",
    help: "Time from before a request is sent to the head of its response, each attempt apart.",
    label_names: &["host", "method", "status"],
    buckets: Buckets::new(&[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]),
    outcomes: None,
    is_own: false,
    max_series: MAX_SERIES_OF_ONE,
    overflows: Overflows::none(),
};

#[cfg(feature = "reqwest-middleware")]
pub(crate) static RESENDS: CounterFamily = CounterFamily {
    name: "http_client_resends",
    help: "Requests that were sent again.",
    label_names: &["host", "method"],
};

pub(crate) static CONTEXTS_DROPPED: CounterFamily = CounterFamily {
    name: "spanweave_context_dropped",
    help: "Headers of a trace that were not carried on, because there was no memory for them.",
    label_names: &["header"],
};

/// Of histograms of the user's own, which may be of anything from a lookup to an upload.
pub(crate) const fn own_buckets() -> Buckets {
    Buckets::new(&[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])
}

/// Spanweave's own families.
pub(crate) static FAMILIES: &[&Family] = &[
    #[cfg(feature = "axum")]
    &REQUESTS,
    #[cfg(feature = "apalis")]
    &JOBS,
    #[cfg(feature = "apalis")]
    &JOB_WAITS,
    #[cfg(feature = "reqwest-middleware")]
    &SENT_REQUESTS,
    &METHODS,
    &STATEMENTS,
    &OPERATIONS,
    &TRANSACTIONS,
    &POOL_WAITS,
];

/// The counters of what is found at run time.
pub(crate) static COUNTERS: &[&CounterFamily] = &[
    #[cfg(feature = "apalis")]
    &JOB_RETRIES,
    #[cfg(feature = "reqwest-middleware")]
    &RESENDS,
    &CONTEXTS_DROPPED,
    &SLOW_STATEMENTS,
    &REPEATED_STATEMENTS,
    &UNTRACED_STATEMENTS,
];

/// Single metrics beside these.
pub(crate) const ACTIVE_REQUESTS: &str = "http_server_active_requests";
pub(crate) const POOL_CONNECTIONS: &str = "db_client_connections";
pub(crate) const TARGET: &str = "target";
/// What the names of more of them begin with.
pub(crate) const OF_POOLS: &str = "db_client_connection_";
pub(crate) const OF_PROCESS: &str = "process_";
const OF_SPANWEAVE: &str = "spanweave_";

/// Whether spanweave has something else on the page under this name of a family: no metric of a user's own may have it,
/// whatever features are on.
pub(crate) fn is_taken(name: &str) -> bool {
    let outcomes = FAMILIES.iter().filter_map(|family| family.outcomes.as_ref());
    let of_outcomes = outcomes.flat_map(|outcomes| [outcomes.calls, outcomes.errors, outcomes.untraced]);
    let mut counters = COUNTERS.iter().map(|counter| counter.name).chain(of_outcomes);
    counters.any(|counter| counter == name)
        || [ACTIVE_REQUESTS, POOL_CONNECTIONS, TARGET, "target_info"].contains(&name)
        || [OF_POOLS, OF_PROCESS, OF_SPANWEAVE].iter().any(|start| name.starts_with(start))
}
