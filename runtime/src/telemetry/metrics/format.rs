//! The formats that `/metrics` is written in.

/// How metrics are written: see [`Telemetry::metrics`](crate::Telemetry::metrics).
///
/// Names, labels, bounds and values are written alike in both, so that what one scraper reads has the same series as what
/// another does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MetricsFormat {
    /// Prometheus' text format 0.0.4, which every scraper reads. It has no exemplars and no units.
    #[default]
    Text,
    /// OpenMetrics 1.0 text, with exemplars.
    OpenMetrics,
}

impl MetricsFormat {
    /// The `Content-Type` of the format.
    pub const fn content_type(self) -> &'static str {
        match self {
            MetricsFormat::Text => "text/plain; version=0.0.4; charset=utf-8",
            MetricsFormat::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}
