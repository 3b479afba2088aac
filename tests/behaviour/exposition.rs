//! Whatever text a label has for a value, the page of metrics can be read, and has that text.

use std::collections::BTreeMap;

use prometheus::{IntGaugeVec, Opts};
use proptest::collection::vec;
use proptest::prelude::*;
use spanweave::testing::TestTelemetry;
use spanweave::{MetricsFormat, traced};

#[traced(metric = "exposed_seconds", labels(topic, urgent = topic.len() > 3))]
pub fn exposed(topic: &str) -> usize {
    topic.len()
}

/// A sample of the page: its name, its labels with their values as they were, and its own value.
#[derive(Debug)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
}

/// Reads a line of either format by the letter; `None` for one that is no sample of such.
fn sample(line: &str) -> Option<Sample> {
    let name_end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at(name_end);
    let mut labels = BTreeMap::new();
    if let Some(more) = rest.strip_prefix('{') {
        rest = more;
        loop {
            let (label, value) = rest.split_once("=\"")?;
            let (value, after) = unescaped(value)?;
            let is_new = labels.insert(label.to_owned(), value).is_none();
            (is_new && is_name(label)).then_some(())?;
            // A comma between two, and none behind the last.
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => break rest = after.strip_prefix('}')?,
            }
        }
    }
    let value = rest.strip_prefix(' ')?.split(" # ").next()?;
    value.split(' ').all(|number| number.parse::<f64>().is_ok()).then_some(())?;
    is_name(name).then(|| Sample { name: name.to_owned(), labels })
}

/// A value in quotes, and what follows it.
fn unescaped(text: &str) -> Option<(String, &str)> {
    let (mut value, mut chars) = (String::new(), text.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match chars.next()?.1 {
                'n' => '\n',
                escaped @ ('\\' | '"') => escaped,
                _ => return None,
            }),
            c => value.push(c),
        }
    }
    None
}

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(allowed)
}

/// A registry of the crate `prometheus` with a value for each topic.
fn registry(topics: &[String]) -> prometheus::Registry {
    let gauges =
        IntGaugeVec::new(Opts::new("foreign", "Of \\ and \"others\"\nin lines."), &["topic"]).unwrap();
    for topic in topics {
        gauges.with_label_values(&[topic]).set(1);
    }
    let registry = prometheus::Registry::new();
    registry.register(Box::new(gauges)).unwrap();
    registry
}

fn check(telemetry: &TestTelemetry, topics: &[String], format: MetricsFormat) -> Result<(), TestCaseError> {
    let text = telemetry.metrics(format);
    // As readers have it: a carriage return ends no line.
    let mut lines = text.split('\n').filter(|line| !line.starts_with("# ") && !line.is_empty());
    let samples = lines.try_fold(Vec::new(), |mut samples, line| {
        samples.push(sample(line).ok_or_else(|| TestCaseError::fail(format!("{line:?}")))?);
        Ok::<_, TestCaseError>(samples)
    })?;
    // A histogram of fourteen bounds, for the one result that the calls had.
    for (name, number) in [("exposed_seconds_count", 1), ("exposed_seconds_bucket", 15), ("foreign", 1)] {
        for topic in topics {
            let is_it = |sample: &&Sample| sample.name == name && sample.labels["topic"] == *topic;
            prop_assert_eq!(
                samples.iter().filter(is_it).count(),
                number,
                "{} of {:?}: {}",
                name,
                topic,
                text
            );
        }
    }
    Ok(())
}

proptest! {
    // A method tells 256 sets of values apart.
    #![proptest_config(ProptestConfig { cases: 20, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn any_value_of_a_label_is_read_as_it_was(topics in vec("(\\PC|[\"\\\\\n\r\t\u{0}\u{1b}\u{85}\u{2028}{},=# ]){0,20}", 1..10)) {
        let telemetry = TestTelemetry::new();
        telemetry.register(registry(&topics));
        let bytes: usize = telemetry.root("root").in_scope(|_| topics.iter().map(|topic| exposed(topic)).sum());
        prop_assert_eq!(bytes, topics.concat().len());
        check(&telemetry, &topics, MetricsFormat::OpenMetrics)?;
        check(&telemetry, &topics, MetricsFormat::Text)?;
    }
}
