//! A page of metrics, read.

use std::collections::BTreeMap;

/// The labels of a sample.
pub type Labels = BTreeMap<String, String>;

/// The samples of a page.
pub struct Metrics(Vec<(String, Labels, f64)>);

impl Metrics {
    pub async fn of(url: &str) -> reqwest::Result<Metrics> {
        let page = reqwest::get(format!("{url}/metrics")).await?.error_for_status()?.text().await?;
        Ok(Metrics(page.lines().filter_map(sample).collect()))
    }

    /// The samples of a metric.
    pub fn samples<'m>(&'m self, name: &'m str) -> impl Iterator<Item = (&'m Labels, f64)> {
        self.0.iter().filter(move |(of, ..)| of == name).map(|(_, labels, value)| (labels, *value))
    }

    /// Together, those that have these labels.
    pub fn sum(&self, name: &str, with: &[(&str, &str)]) -> f64 {
        let has = |labels: &Labels| {
            with.iter().all(|(label, value)| labels.get(*label).is_some_and(|of| of == value))
        };
        self.samples(name).filter(|(labels, _)| has(labels)).map(|(_, value)| value).sum()
    }

    /// The counts of a metric that are not zero, by some of its labels.
    pub fn by(&self, name: &str, of: &[&str]) -> BTreeMap<String, f64> {
        let mut counts = BTreeMap::new();
        for (labels, value) in self.samples(name).filter(|(_, value)| *value > 0.0) {
            let values: Vec<&str> =
                of.iter().filter_map(|label| labels.get(*label)).map(String::as_str).collect();
            *counts.entry(values.join(" ")).or_default() += value;
        }
        counts
    }
}

fn sample(line: &str) -> Option<(String, Labels, f64)> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let labels = labels.trim_end_matches('}').split("\",").filter_map(label).collect();
    Some((name.to_owned(), labels, value.parse().ok()?))
}

fn label(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once("=\"")?;
    Some((name.to_owned(), value.trim_end_matches('"').to_owned()))
}
