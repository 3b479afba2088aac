//! What sources say of their families, and whether a reader would take it.

use std::collections::HashSet;

use super::line::{Keyword, Labels, Line, Sample, parse_number};

/// What a source says of one family, in lines that stand together.
#[derive(Default)]
pub(super) struct FamilyText<'t> {
    pub(super) name: &'t str,
    kind: Option<&'t str>,
    unit: Option<&'t str>,
    help: Option<&'t str>,
    /// What the names of its samples may end in.
    suffixes: &'static [&'static str],
    metadata: Vec<&'t str>,
    samples: Vec<&'t str>,
    /// What tells the samples apart: their names and labels.
    known: HashSet<(&'t str, Labels<'t>)>,
    /// Why a reader would refuse it.
    pub(super) mistake: Option<&'static str>,
}

/// The families of a source. One that begins again behind its samples is there as often as it does.
pub(super) fn families(source: &str) -> Vec<FamilyText<'_>> {
    let mut families = Vec::new();
    let mut family = FamilyText::default();
    // Not the lines of Rust, which may end in a carriage return: here that is a part of them.
    for line in source.split('\n').filter(|line| !Line::is_silent(line)) {
        let parsed = Line::parse(line);
        let begins = match parsed {
            Some(Line::Metadata { name, .. }) => Some(name),
            // Of whatever family it is, it is not of the one before.
            None if line.starts_with('#') => Some(""),
            _ => None,
        };
        if let Some(name) = begins.filter(|name| *name != family.name || family.is_whole()) {
            families.push(std::mem::replace(&mut family, FamilyText { name, ..FamilyText::default() }));
        }
        family.add(line, parsed);
    }
    families.push(family);
    families.retain(|family| !family.metadata.is_empty() || !family.samples.is_empty());
    for family in families.iter_mut().filter(|family| family.kind.is_none()) {
        family.mistake = family.mistake.or(Some("its type is missing"));
    }
    families
}

impl<'t> FamilyText<'t> {
    /// Whether more metadata is that of another part of it.
    fn is_whole(&self) -> bool {
        !self.samples.is_empty() && self.mistake.is_none()
    }

    fn add(&mut self, line: &'t str, parsed: Option<Line<'t>>) {
        let mistake = match parsed {
            None => Some("a line of it is not OpenMetrics text"),
            Some(Line::Metadata { keyword, text, .. }) => self.describe(keyword, text),
            Some(Line::Sample(sample)) => self.measure(&sample),
        };
        self.mistake = self.mistake.or(mistake);
        let lines = if line.starts_with('#') { &mut self.metadata } else { &mut self.samples };
        lines.push(line);
    }

    /// Takes the metadata, or tells what is wrong with it.
    fn describe(&mut self, keyword: Keyword, text: &'t str) -> Option<&'static str> {
        let said = match keyword {
            Keyword::Help => &mut self.help,
            Keyword::Type => &mut self.kind,
            Keyword::Unit => &mut self.unit,
        };
        if said.replace(text).is_some() {
            return Some("its type, unit or help is there twice");
        }
        match keyword {
            Keyword::Help => None,
            Keyword::Type => match suffixes(text) {
                Some(suffixes) => {
                    self.suffixes = suffixes;
                    None
                }
                None if text == "gaugehistogram" => Some("the text format of Prometheus has no such type"),
                None => Some("its type is unknown"),
            },
            Keyword::Unit => {
                let is_named =
                    self.name.strip_suffix(text).is_some_and(|name| text.is_empty() || name.ends_with('_'));
                (!is_named).then_some("its name does not end in its unit")
            }
        }
    }

    /// Takes the sample, or tells what is wrong with it.
    fn measure(&mut self, sample: &Sample<'t>) -> Option<&'static str> {
        let end = sample.name.strip_prefix(self.name).filter(|end| self.suffixes.contains(end));
        let Some(end) = end else { return Some("a sample of it has another name") };
        if sample.has_exemplar && !matches!(end, "_bucket" | "_total") {
            return Some("a sample of it has an exemplar, and is no counter and no bucket");
        }
        let Some(labels) = sample.sorted_labels() else { return Some("a label of it is there twice") };
        let value_of = |name| labels.iter().find_map(|(of, value)| (*of == name).then_some(*value));
        if value_of("__name__").is_some() {
            return Some("a label of it has the name that names have");
        }
        if end == "_bucket" && value_of("le").and_then(parse_number).is_none_or(f64::is_nan) {
            return Some("a bucket of it has no bound");
        }
        let is_quantile = self.kind == Some("summary") && end.is_empty();
        if is_quantile && value_of("quantile").and_then(parse_number).is_none() {
            return Some("a quantile of it has no number");
        }
        let is_first = self.known.insert((sample.name, labels));
        (!is_first).then_some("a sample of it is there twice")
    }

    /// The names that its samples may have, and its own.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        names(self.name, self.suffixes)
    }

    /// Takes the samples of another text of the family, or tells why not. Its help may differ.
    pub(super) fn join(&mut self, other: &FamilyText<'t>) -> Option<&'static str> {
        if (self.kind, self.unit) != (other.kind, other.unit) {
            return Some("there is a metric of this name already");
        }
        if !self.known.is_disjoint(&other.known) {
            return Some("a sample of it is there twice");
        }
        self.known.extend(other.known.iter().cloned());
        self.samples.extend(&other.samples);
        None
    }

    pub(super) fn write(&self, text: &mut String) {
        for line in self.metadata.iter().chain(&self.samples) {
            text.push_str(line);
            text.push('\n');
        }
    }
}

/// The names that the samples of a family may have, and its own.
pub(super) fn names(family: &str, suffixes: &'static [&'static str]) -> impl Iterator<Item = String> {
    suffixes.iter().chain(&[""]).map(move |suffix| format!("{family}{suffix}"))
}

/// What the names of the samples of a type end in.
pub(super) fn suffixes(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "counter" => &["_total", "_created"],
        "gauge" | "unknown" | "stateset" => &[""],
        "histogram" => &["_bucket", "_sum", "_count", "_created"],
        "summary" => &["", "_sum", "_count", "_created"],
        "info" => &["_info"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
