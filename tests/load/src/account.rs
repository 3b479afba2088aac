//! Whether everything that happened is accounted for.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use crate::metrics::Metrics;
use crate::probe::Health;
use crate::process::logged;
use crate::system::System;
use crate::tally::Tally;

/// What a process may have grown by since it was warm.
const MOST_GROWTH: f64 = 64.0 * MIB;
const MIB: f64 = 1_048_576.0;
/// Files of a process that come and go: connections of clients and to the database.
const MOST_FILES: f64 = 20.0;
/// How long the metrics may take to be at rest.
const TIME_TO_REST: Duration = Duration::from_secs(20);

pub struct Account {
    api: Metrics,
    worker: Metrics,
    failed: usize,
}

impl Account {
    /// Looks at all but what is known only when the processes have ended.
    pub async fn new(
        system: &System,
        warm: &[Metrics; 2],
        tally: &Tally,
        health: &[Health],
        alive: bool,
        arrived: usize,
    ) -> Result<Account, Box<dyn Error>> {
        let [api, worker] = [&system.api_url, &system.worker_url];
        let (api, worker) = (at_rest(api).await?, at_rest(worker).await?);
        let mut account = Account { api, worker, failed: 0 };
        account.check("both processes are alive", alive, &"");
        account.check(
            "every health check was answered within a second",
            health.iter().all(|of| of.failed == 0),
            &"",
        );
        account.memory(warm);
        account.requests(tally);
        account.errors(tally);
        account.jobs(&system.jobs()?);
        account.spans();
        account.arrived(arrived);
        Ok(account)
    }

    /// Stops both processes. Whether all was as it should be.
    pub fn close(mut self, system: System) -> Result<bool, Box<dyn Error>> {
        for program in ["honeydue-api", "honeydue-worker"] {
            println!("{program} logged {} errors", logged(program, "error", &system.logs));
        }
        let System { api, worker, .. } = system;
        for process in [api, worker] {
            let (status, _) = process.stop()?;
            self.check("it ends well when asked to", status.success(), &status);
        }
        Ok(self.failed == 0)
    }

    fn check(&mut self, what: &str, holds: bool, found: &dyn Debug) {
        println!("{} {what}: {found:?}", if holds { "ok    " } else { "FAILED" });
        self.failed += usize::from(!holds);
    }

    fn memory(&mut self, warm: &[Metrics; 2]) {
        for (process, before) in ["API", "worker"].into_iter().zip(warm) {
            let now = if process == "API" { &self.api } else { &self.worker };
            let [memory, files] = ["process_resident_memory_bytes", "process_open_fds"]
                .map(|name| (before.sum(name, &[]), now.sum(name, &[])));
            let grown = memory.1 - memory.0;
            let shown = format!("{:.0} MiB warm, {:.0} MiB at the end", memory.0 / MIB, memory.1 / MIB);
            self.check(&format!("{process}: memory"), grown < MOST_GROWTH, &shown);
            self.check(&format!("{process}: files"), files.1 - files.0 < MOST_FILES, &files);
        }
        let active = self.api.sum("http_server_active_requests", &[]);
        self.check("no request is active", active.abs() < 0.5, &active);
    }

    /// What clients were answered is what the metric counts; what they were not is cancelled.
    fn requests(&mut self, tally: &Tally) {
        let mut counted: BTreeMap<_, _> =
            self.api.by("http_request_duration_seconds_count", &["route", "method", "status"]);
        let mut differ = Vec::new();
        for ((route, method, status), answers) in &tally.answers {
            let counted = counted.remove(&format!("{route} {method} {status}")).unwrap_or_default();
            if (counted - float(*answers)).abs() > 0.5 {
                differ.push(format!("{method} {route} {status}: {answers} answered, {counted} counted"));
            }
        }
        let answers: u64 = tally.answers.values().sum();
        self.check("answers are what the metric counts", differ.is_empty(), &(answers, differ));
        let others: f64 = counted.values().sum();
        let failures: u64 = tally.failures.values().sum();
        let explained = others <= float(failures);
        self.check("there were no other requests", explained, &(&tally.failures, counted));
    }

    /// A request that failed is an error of a service's method, and that of a repository's or a queue's.
    fn errors(&mut self, tally: &Tally) {
        let by_status = |status| tally.answers.iter().filter(move |((.., of), _)| *of >= status);
        let failed: u64 = by_status(500).map(|(_, answers)| answers).sum();
        let of = |kind| {
            let errors = self.api.samples("method_errors_total");
            let with = errors.filter(move |(labels, count)| {
                labels.get("kind").is_some_and(|of| of == kind) && *count > 0.0
            });
            let mut classes = BTreeMap::new();
            for (labels, count) in with {
                *classes.entry(labels.get("class").cloned().unwrap_or_default()).or_insert(0.0) += count;
            }
            classes
        };
        let (services, repositories) = (of("service"), of("repo"));
        let is_server = |class: &str| ["database", "queue", "storage", "internal"].contains(&class);
        let of_services: f64 =
            services.iter().filter(|(class, _)| is_server(class)).map(|(_, count)| count).sum();
        let found = format!("{failed} requests; services {services:?}; repositories {repositories:?}");
        self.check("failed requests are errors of services", of_services >= float(failed), &found);
    }

    /// What was enqueued is in the table, and done.
    fn jobs(&mut self, rows: &[(String, usize)]) {
        let inserted = enqueued(&self.api);
        let refused = self.api.sum("method_errors_total", &[("kind", "service"), ("class", "queue")]);
        let all: f64 = rows.iter().map(|(_, rows)| count(*rows)).sum();
        self.check(
            "what was enqueued is there",
            (inserted - refused..=inserted).contains(&all),
            &(inserted, refused, rows),
        );
        self.check("all of it is done", rows.iter().all(|(status, _)| status == "Done"), &rows);
        let results = self.worker.by("job_duration_seconds_count", &["task_type", "result"]);
        let ok = self.worker.sum("job_duration_seconds_count", &[("result", "ok")]);
        // The result of an attempt may be lost with the database; then there is another one.
        self.check("each was handled", ok >= all, &results);
    }

    /// All that ended was exported, or is counted as lost, or waits since the collector has gone.
    fn spans(&mut self) {
        for process in ["API", "worker"] {
            let page = if process == "API" { &self.api } else { &self.worker };
            let lost = page.by("spanweave_spans_dropped_total", &["reason", "exporter"]);
            let found = format!(
                "{} produced, {} exported, {} wait, lost {lost:?}",
                produced(page),
                exported(page),
                waiting(page)
            );
            self.check(&format!("{process}: spans"), unaccounted(page).abs() < 0.5, &found);
        }
    }

    /// What collectors have accepted is what was acknowledged; of what is unanswered nobody can tell.
    fn arrived(&mut self, arrived: usize) {
        let pages = [&self.api, &self.worker];
        let exported: f64 = pages.map(exported).iter().sum();
        let unanswered: f64 = pages.map(|page| lost(page, &[("reason", "unanswered")])).iter().sum();
        let is_there = (exported..=exported + unanswered).contains(&count(arrived));
        self.check("what was acknowledged has arrived", is_there, &(arrived, exported, unanswered));
    }
}

/// The page of a process that has nothing left to collect.
async fn at_rest(url: &str) -> Result<Metrics, Box<dyn Error>> {
    let begun = Instant::now();
    loop {
        let page = Metrics::of(url).await?;
        if unaccounted(&page).abs() < 0.5 || begun.elapsed() > TIME_TO_REST {
            return Ok(page);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Spans, by the metrics that each of them has.
fn produced(page: &Metrics) -> f64 {
    let of_spans = [
        "http_request_duration_seconds_count",
        "method_duration_seconds_count",
        "sqlx_query_duration_seconds_count",
        "sqlx_transaction_duration_seconds_count",
        "job_duration_seconds_count",
    ];
    let untraced = page.sum("sqlx_untraced_statements_total", &[]);
    of_spans.iter().map(|name| page.sum(name, &[])).sum::<f64>() + enqueued(page) - untraced
}

/// What a row is inserted for is enqueued.
fn enqueued(page: &Metrics) -> f64 {
    let inserts =
        |of| page.sum("method_calls_total", &[("type", of), ("method", "insert"), ("outcome", "ok")]);
    inserts("NotificationRepository") + inserts("DocumentRepository")
}

fn exported(page: &Metrics) -> f64 {
    page.sum("spanweave_spans_exported_total", &[])
}

fn waiting(page: &Metrics) -> f64 {
    page.sum("spanweave_export_queue_spans", &[])
}

fn unaccounted(page: &Metrics) -> f64 {
    produced(page) - exported(page) - lost(page, &[]) - waiting(page)
}

fn lost(page: &Metrics, with: &[(&str, &str)]) -> f64 {
    page.sum("spanweave_spans_dropped_total", with)
}

fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn count(count: usize) -> f64 {
    float(count as u64)
}
