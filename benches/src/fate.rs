//! Where spans have gone, as a handle's own metrics tell.

use std::time::Duration;

use spanweave::Telemetry;

/// What is left must go in less.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What became of a handle's spans, by its own metrics.
pub struct Fate {
    pub exported: u64,
    /// By reason, those that there are.
    pub dropped: Vec<(String, u64)>,
}

impl Fate {
    fn of(telemetry: &Telemetry) -> Fate {
        let metrics = telemetry.metrics_text();
        let values = |metric| {
            let lines = metrics.lines().filter_map(move |line| line.strip_prefix(metric)?.rsplit_once(' '));
            lines.map(|(labels, value)| (labels, value.parse().expect("a counter is a number")))
        };
        let exported = values("spanweave_spans_exported_total").map(|(_, spans): (_, u64)| spans).sum();
        let dropped = values("spanweave_spans_dropped_total").filter(|(_, spans)| *spans > 0);
        let reason = |labels: &str| labels.split('"').nth(1).unwrap_or_default().to_owned();
        Fate { exported, dropped: dropped.map(|(labels, spans)| (reason(labels), spans)).collect() }
    }

    /// Shuts down, after which nothing is on its way any more and everything has to be accounted for.
    pub fn after_shutdown(telemetry: &Telemetry, produced: u64) -> Fate {
        assert!(telemetry.shutdown(PATIENCE), "the exporter takes what is left");
        let fate = Fate::of(telemetry);
        assert_eq!(fate.exported + fate.lost(), produced, "every span is exported, or counted as dropped");
        fate
    }

    pub fn lost(&self) -> u64 {
        self.dropped.iter().map(|(_, spans)| spans).sum()
    }

    pub fn reasons(&self) -> String {
        let reasons: Vec<_> =
            self.dropped.iter().map(|(reason, spans)| format!("{reason} {spans}")).collect();
        reasons.join(", ")
    }
}
