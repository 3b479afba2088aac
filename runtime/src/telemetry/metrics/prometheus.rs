//! A registry of the crate `prometheus` as a source of metrics.

use std::error::Error;
use std::fmt::{self, Display, Write};

use prometheus::Registry;
use prometheus::proto::{Histogram, Metric, MetricFamily, MetricType, Summary};

use super::sources::MetricsSource;

impl MetricsSource for Registry {
    fn openmetrics(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
        let mut text = String::new();
        for family in self.gather() {
            write_family(&mut text, &family)?;
        }
        Ok(text)
    }
}

fn write_family(text: &mut String, family: &MetricFamily) -> fmt::Result {
    let (name, kind) = name_and_kind(family);
    if !family.help().is_empty() {
        writeln!(text, "# HELP {name} {}", Escaped(family.help()))?;
    }
    writeln!(text, "# TYPE {name} {kind}")?;
    for metric in family.get_metric() {
        let mut samples = Samples { text, name: family.name(), metric };
        match family.get_field_type() {
            MetricType::COUNTER => samples.write("", None, metric.get_counter().get_value())?,
            MetricType::GAUGE => samples.write("", None, metric.get_gauge().get_value())?,
            MetricType::HISTOGRAM => samples.histogram(metric.get_histogram())?,
            MetricType::SUMMARY => samples.summary(metric.get_summary())?,
            // The crate makes none.
            MetricType::UNTYPED => {}
        }
    }
    Ok(())
}

/// The name of the family is that of its samples, but that a counter's end in `_total`. One whose do not is no counter to
/// OpenMetrics, and keeps its name.
fn name_and_kind(family: &MetricFamily) -> (&str, &'static str) {
    let name = family.name();
    match family.get_field_type() {
        MetricType::COUNTER => {
            name.strip_suffix("_total").map_or((name, "unknown"), |name| (name, "counter"))
        }
        MetricType::GAUGE => (name, "gauge"),
        MetricType::HISTOGRAM => (name, "histogram"),
        MetricType::SUMMARY => (name, "summary"),
        MetricType::UNTYPED => (name, "unknown"),
    }
}

/// The samples of one label set.
struct Samples<'t> {
    text: &'t mut String,
    name: &'t str,
    metric: &'t Metric,
}

impl Samples<'_> {
    fn histogram(&mut self, histogram: &Histogram) -> fmt::Result {
        let count = histogram.get_sample_count();
        for bucket in histogram.get_bucket().iter().filter(|bucket| bucket.upper_bound().is_finite()) {
            let bound = Number(bucket.upper_bound()).to_string();
            self.write("_bucket", Some(("le", &bound)), bucket.cumulative_count())?;
        }
        self.write("_bucket", Some(("le", "+Inf")), count)?;
        self.write("_sum", None, Number(histogram.get_sample_sum()))?;
        self.write("_count", None, count)
    }

    fn summary(&mut self, summary: &Summary) -> fmt::Result {
        for quantile in summary.get_quantile() {
            let of = Number(quantile.quantile()).to_string();
            self.write("", Some(("quantile", &of)), Number(quantile.value()))?;
        }
        self.write("_sum", None, Number(summary.sample_sum()))?;
        self.write("_count", None, summary.sample_count())
    }

    fn write(&mut self, suffix: &str, label: Option<(&str, &str)>, value: impl Display) -> fmt::Result {
        write!(self.text, "{}{suffix}", self.name)?;
        let own = self.metric.get_label().iter().map(|label| (label.name(), label.value()));
        let labels: Vec<_> =
            own.chain(label).map(|(name, value)| format!("{name}=\"{}\"", Escaped(value))).collect();
        if !labels.is_empty() {
            write!(self.text, "{{{}}}", labels.join(","))?;
        }
        write!(self.text, " {value}")?;
        let milliseconds = self.metric.timestamp_ms();
        if milliseconds != 0 {
            let (seconds, rest) = (milliseconds.div_euclid(1_000), milliseconds.rem_euclid(1_000));
            write!(self.text, " {seconds}.{rest:03}")?;
        }
        writeln!(self.text)
    }
}

/// As spanweave writes its own: `1.0`, and not `1`.
struct Number(f64);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_infinite() {
            f.write_str(if self.0 > 0.0 { "+Inf" } else { "-Inf" })
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

struct Escaped<'t>(&'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '\\' => f.write_str("\\\\"),
            '"' => f.write_str("\\\""),
            '\n' => f.write_str("\\n"),
            char => f.write_char(char),
        })
    }
}

#[cfg(test)]
mod tests {
    use prometheus::{Counter, Histogram, HistogramOpts, IntGaugeVec, Opts, Registry};

    use crate::telemetry::metrics::sources::MetricsSource as _;

    #[test]
    fn families_are_openmetrics_text() {
        let registry = Registry::new();
        let counter = Counter::new("jobs_total", "Jobs \"that\\n\nended\".").unwrap();
        counter.inc();
        let odd = Counter::new("odd", "A counter with another name.").unwrap();
        let gauges = IntGaugeVec::new(Opts::new("waiting", "Jobs that wait."), &["queue"]).unwrap();
        gauges.with_label_values(&["a\"b"]).set(3);
        let sizes = HistogramOpts::new("size_bytes", "Of jobs.").buckets(vec![1.0, 2.5]);
        let histogram = Histogram::with_opts(sizes).unwrap();
        histogram.observe(2.0);
        registry.register(Box::new(counter)).unwrap();
        registry.register(Box::new(odd)).unwrap();
        registry.register(Box::new(gauges)).unwrap();
        registry.register(Box::new(histogram)).unwrap();
        assert_eq!(
            registry.openmetrics().unwrap(),
            r#"# HELP jobs Jobs \"that\\n\nended\".
# TYPE jobs counter
jobs_total 1
# HELP odd A counter with another name.
# TYPE odd unknown
odd 0
# HELP size_bytes Of jobs.
# TYPE size_bytes histogram
size_bytes_bucket{le="1.0"} 0
size_bytes_bucket{le="2.5"} 1
size_bytes_bucket{le="+Inf"} 1
size_bytes_sum 2.0
size_bytes_count 1
# HELP waiting Jobs that wait.
# TYPE waiting gauge
waiting{queue="a\"b"} 3
"#
        );
    }
}
