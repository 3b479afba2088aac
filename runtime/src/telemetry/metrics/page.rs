//! A page of several sources. One line that a reader refuses, or one family twice, and it refuses the whole page; so what
//! comes from elsewhere is looked at, and left out where it is not right.

use std::collections::{BTreeMap, HashSet};

use super::line::{Keyword, Line, Sample};

/// The end of a page.
const END: &str = "# EOF";

/// OpenMetrics text without its end.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    /// The names of all samples that the families may have.
    taken: HashSet<String>,
}

/// A family that is not on the page.
#[derive(Debug, PartialEq)]
pub(super) struct LeftOut {
    pub(super) family: String,
    pub(super) reason: &'static str,
}

impl Page {
    /// Adds the families of a source, and tells those that cannot be on the page.
    pub(super) fn add(&mut self, source: &str) -> Vec<LeftOut> {
        let mut left_out = Vec::new();
        for family in families(source) {
            let reason = family.mistake.or_else(|| self.take(&family));
            match reason {
                Some(reason) => left_out.push(LeftOut { family: family.name.to_owned(), reason }),
                None => self.text.push_str(&family.text),
            }
        }
        left_out
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push_str(END);
        self.text.push('\n');
        self.text
    }

    /// Takes the family's names, or tells why not.
    fn take(&mut self, family: &FamilyText<'_>) -> Option<&'static str> {
        let suffixes = family.suffixes.iter().chain(&[""]);
        let names: HashSet<_> = suffixes.map(|suffix| format!("{}{suffix}", family.name)).collect();
        if !self.taken.is_disjoint(&names) {
            return Some("there is a metric of this name already");
        }
        self.taken.extend(names);
        None
    }
}

/// What a source says of one family.
#[derive(Default)]
struct FamilyText<'t> {
    name: &'t str,
    text: String,
    /// What the names of its samples may end in.
    suffixes: &'static [&'static str],
    /// What metadata it has.
    keywords: HashSet<Keyword>,
    /// The names and labels of its samples.
    samples: HashSet<(&'t str, BTreeMap<&'t str, &'t str>)>,
    mistake: Option<&'static str>,
}

/// The families of a source, each as far as its lines stand together.
fn families(source: &str) -> Vec<FamilyText<'_>> {
    let mut families = Vec::new();
    let mut family = FamilyText::default();
    for line in source.lines().filter(|line| !Line::is_silent(line)) {
        let parsed = Line::parse(line);
        let begins = match parsed {
            Some(Line::Metadata { name, .. }) => Some(name),
            // Of whatever family it is, it is not of the one before.
            None if line.starts_with('#') => Some(""),
            _ => None,
        };
        if let Some(name) = begins.filter(|name| *name != family.name) {
            families.push(std::mem::replace(&mut family, FamilyText { name, ..FamilyText::default() }));
        }
        family.add(line, parsed);
    }
    families.push(family);
    families.retain(|family| !family.text.is_empty());
    families
}

impl<'t> FamilyText<'t> {
    fn add(&mut self, line: &str, parsed: Option<Line<'t>>) {
        let mistake = match parsed {
            None => Some("a line of it is not OpenMetrics text"),
            Some(Line::Metadata { keyword, .. }) if !self.keywords.insert(keyword) => {
                Some("its type, unit or help is there twice")
            }
            Some(Line::Metadata { keyword: Keyword::Type, text, .. }) => match suffixes(text) {
                Some(suffixes) => {
                    self.suffixes = suffixes;
                    None
                }
                None => Some("its type is unknown"),
            },
            Some(Line::Metadata { keyword: Keyword::Unit, text, name }) => {
                let is_named =
                    name.strip_suffix(text).is_some_and(|name| text.is_empty() || name.ends_with('_'));
                (!is_named).then_some("its name does not end in its unit")
            }
            Some(Line::Metadata { keyword: Keyword::Help, .. }) => None,
            Some(Line::Sample(sample)) => self.mistake_of(&sample),
        };
        self.mistake = self.mistake.or(mistake);
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn mistake_of(&mut self, sample: &Sample<'t>) -> Option<&'static str> {
        let end = sample.name.strip_prefix(self.name).filter(|end| self.suffixes.contains(end));
        let Some(end) = end else { return Some("a sample of it has another name") };
        let labels = sample.labels_by_name();
        if end == "_bucket" && !labels.contains_key("le") {
            return Some("a bucket of it has no bound");
        }
        let is_first = self.samples.insert((sample.name, labels));
        (!is_first).then_some("a sample of it is there twice")
    }
}

/// What the names of the samples of a type end in.
fn suffixes(kind: &str) -> Option<&'static [&'static str]> {
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
mod tests {
    use super::{LeftOut, Page};

    fn left_out(family: &str, reason: &'static str) -> Vec<LeftOut> {
        vec![LeftOut { family: family.to_owned(), reason }]
    }

    #[test]
    fn of_families_with_one_name_the_first_is_shown() {
        let mut page = Page::default();
        assert_eq!(page.add("# TYPE a counter\na_total 1\n# HELP b Of b.\n# TYPE b gauge\nb 1\n"), []);
        let taken = "there is a metric of this name already";
        assert_eq!(page.add("# TYPE a gauge\na 2\n# TYPE c gauge\nc 2\n# EOF\n"), left_out("a", taken));
        // Other families, whose samples have the name of one that is there.
        assert_eq!(page.add("# TYPE a_total gauge\na_total 3\n"), left_out("a_total", taken));
        assert_eq!(
            page.finish(),
            "# TYPE a counter\na_total 1\n# HELP b Of b.\n# TYPE b gauge\nb 1\n# TYPE c gauge\nc 2\n# EOF\n"
        );
    }

    #[test]
    fn what_a_reader_would_refuse_is_left_out() {
        let refused = [
            ("# TYPE a gauge\na one\n", "a line of it is not OpenMetrics text"),
            ("# HELP a Of\nlines.\n# TYPE a gauge\na 1\n", "a line of it is not OpenMetrics text"),
            ("# TYPE a gaugehistogram\na_bucket 1\n", "its type is unknown"),
            ("# TYPE a counter\na 1\n", "a sample of it has another name"),
            ("# TYPE a gauge\nb 1\n", "a sample of it has another name"),
            ("# TYPE a gauge\n# UNIT a seconds\na 1\n", "its name does not end in its unit"),
            ("# TYPE a gauge\n# TYPE a gauge\na 1\n", "its type, unit or help is there twice"),
            ("# TYPE a gauge\na 1\na 2\n", "a sample of it is there twice"),
            ("# TYPE a gauge\na{b=\"1\",c=\"2\"} 1\na{c=\"2\",b=\"1\"} 2\n", "a sample of it is there twice"),
            ("# TYPE a gauge\na{b=\"1\",b=\"2\"} 1\n", "a line of it is not OpenMetrics text"),
            ("# TYPE a histogram\na_bucket{lee=\"1\"} 1\n", "a bucket of it has no bound"),
        ];
        for (source, reason) in refused {
            let mut page = Page::default();
            assert_eq!(page.add(source), left_out("a", reason), "{source}");
            assert_eq!(page.finish(), "# EOF\n");
        }
        assert_eq!(Page::default().add("a 1\n"), left_out("", "a sample of it has another name"));
        assert_eq!(Page::default().add(""), []);
    }

    #[test]
    fn what_says_nothing_is_not_on_the_page() {
        let mut page = Page::default();
        let source = "# Of a.\n\n# TYPE a gauge\n#\n#a\na{b=\"1\"} 1\n \na{b=\"2\"} 1\n# EOF\n";
        assert_eq!(page.add(source), []);
        assert_eq!(page.finish(), "# TYPE a gauge\na{b=\"1\"} 1\na{b=\"2\"} 1\n# EOF\n");
    }

    #[test]
    fn metadata_that_cannot_be_read_is_not_of_the_family_before() {
        let mut page = Page::default();
        let source = "# TYPE a gauge\na 1\n# TYPE 1b gauge\n1b 1\n# TYPE c gauge\nc 1\n";
        assert_eq!(page.add(source), left_out("", "a line of it is not OpenMetrics text"));
        assert_eq!(page.finish(), "# TYPE a gauge\na 1\n# TYPE c gauge\nc 1\n# EOF\n");
    }
}
