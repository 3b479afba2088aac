//! One line of OpenMetrics text, read by the letter.

use std::collections::{BTreeMap, HashSet};

/// A line without its end.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'t> {
    /// `# TYPE name text`, and alike.
    Metadata {
        keyword: Keyword,
        name: &'t str,
        text: &'t str,
    },
    Sample(Sample<'t>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Keyword {
    Help,
    Type,
    Unit,
}

#[derive(Debug, PartialEq)]
pub(super) struct Sample<'t> {
    pub(super) name: &'t str,
    /// With their braces, or nothing.
    pub(super) labels: &'t str,
    pub(super) value: &'t str,
    /// In seconds.
    pub(super) timestamp: Option<f64>,
}

impl Line<'_> {
    /// Whether the line says nothing: it is blank, or a comment that is no metadata.
    pub(super) fn is_silent(line: &str) -> bool {
        let is_metadata = |comment: &str| {
            let keyword = comment.strip_prefix(' ').and_then(|comment| comment.split(' ').next());
            keyword.is_some_and(|keyword| matches!(keyword, "HELP" | "TYPE" | "UNIT"))
        };
        line.trim_ascii().is_empty() || line.strip_prefix('#').is_some_and(|comment| !is_metadata(comment))
    }

    /// The line, if it is one that a strict reader takes.
    pub(super) fn parse(line: &str) -> Option<Line<'_>> {
        match line.strip_prefix("# ") {
            Some(metadata) => parse_metadata(metadata),
            None => Some(Line::Sample(parse_sample(line)?)),
        }
    }
}

impl<'t> Sample<'t> {
    /// The values of the labels by their names, as they are written: their order does not matter.
    pub(super) fn labels_by_name(&self) -> BTreeMap<&'t str, &'t str> {
        let mut rest = self.labels;
        let next = || {
            let (name, value, after) = split_label(rest.strip_prefix(['{', ','])?)?;
            rest = after;
            Some((name, value))
        };
        std::iter::from_fn(next).collect()
    }
}

fn parse_metadata(metadata: &str) -> Option<Line<'_>> {
    let (keyword, rest) = metadata.split_once(' ')?;
    let keyword = match keyword {
        "HELP" => Keyword::Help,
        "TYPE" => Keyword::Type,
        "UNIT" => Keyword::Unit,
        _ => return None,
    };
    let (name, text) = rest.split_once(' ')?;
    is_metric_name(name).then_some(Line::Metadata { keyword, name, text })
}

fn parse_sample(line: &str) -> Option<Sample<'_>> {
    let (name, rest) = line.split_at(line.find(['{', ' '])?);
    let (labels, rest) = split_labels(rest)?;
    let (measured, exemplar) = match rest.split_once(" # ") {
        Some((measured, exemplar)) => (measured, Some(exemplar)),
        None => (rest, None),
    };
    let (value, timestamp) = parse_point(measured)?;
    let is_valid = is_metric_name(name) && exemplar.is_none_or(is_exemplar);
    is_valid.then_some(Sample { name, labels, value, timestamp })
}

fn is_exemplar(exemplar: &str) -> bool {
    exemplar.starts_with('{') && split_labels(exemplar).and_then(|(_, rest)| parse_point(rest)).is_some()
}

/// ` value`, or ` value timestamp`.
fn parse_point(point: &str) -> Option<(&str, Option<f64>)> {
    let point = point.strip_prefix(' ')?;
    let (value, timestamp) = match point.split_once(' ') {
        Some((value, timestamp)) => (value, Some(timestamp)),
        None => (point, None),
    };
    value.parse::<f64>().ok()?;
    let timestamp = timestamp.map(str::parse::<f64>).transpose().ok()?;
    timestamp.is_none_or(f64::is_finite).then_some((value, timestamp))
}

/// `{a="b"}`, in which no name is twice, and what follows; nothing and all of it, if it does not start with a brace.
fn split_labels(text: &str) -> Option<(&str, &str)> {
    let Some(mut rest) = text.strip_prefix('{') else { return Some(("", text)) };
    let mut names = HashSet::new();
    if !rest.starts_with('}') {
        loop {
            let (name, _, after) = split_label(rest)?;
            if !names.insert(name) {
                return None;
            }
            rest = after;
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None => break,
            }
        }
    }
    let rest = rest.strip_prefix('}')?;
    Some(text.split_at(text.len() - rest.len()))
}

/// The name and the value of the first label, as they are written, and what follows them.
fn split_label(text: &str) -> Option<(&str, &str, &str)> {
    let (name, text) = text.split_once("=\"")?;
    let after = after_quoted(text)?;
    let value = &text[..text.len() - after.len() - 1];
    is_label_name(name).then_some((name, value, after))
}

/// What follows the quote that ends the value.
fn after_quoted(value: &str) -> Option<&str> {
    let mut chars = value.char_indices();
    loop {
        match chars.next()? {
            (at, '"') => return Some(&value[at + 1..]),
            (_, '\\') => {
                chars.next().filter(|(_, escaped)| matches!(escaped, '\\' | '"' | 'n'))?;
            }
            _ => {}
        }
    }
}

fn is_metric_name(name: &str) -> bool {
    let is_first = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':');
    is_name(name, is_first)
}

fn is_label_name(name: &str) -> bool {
    is_name(name, |byte| byte.is_ascii_alphabetic() || byte == b'_')
}

fn is_name(name: &str, is_first: impl Fn(u8) -> bool) -> bool {
    name.bytes().next().is_some_and(&is_first)
        && name.bytes().all(|byte| is_first(byte) || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Keyword, Line, Sample};

    #[test]
    fn a_sample_has_a_name_labels_a_value_and_a_time() {
        assert_eq!(
            Line::parse(r#"a_total{b="}\" # {",c=""} 1.5 1700000000.25 # {trace_id="0a"} 0.1 3"#),
            Some(Line::Sample(Sample {
                name: "a_total",
                labels: r#"{b="}\" # {",c=""}"#,
                value: "1.5",
                timestamp: Some(1_700_000_000.25),
            }))
        );
        let plain = Sample { name: "a", labels: "", value: "+Inf", timestamp: None };
        assert_eq!(Line::parse("a +Inf"), Some(Line::Sample(plain)));
    }

    #[test]
    fn labels_are_told_by_their_names() {
        let Some(Line::Sample(sample)) = Line::parse(r#"a{b="}\",",a=""} 1"#) else {
            panic!("it is a sample")
        };
        assert_eq!(sample.labels_by_name().into_iter().collect::<Vec<_>>(), [("a", ""), ("b", r#"}\","#)]);
        let Some(Line::Sample(sample)) = Line::parse("a{} 1") else { panic!("it is a sample") };
        assert!(sample.labels_by_name().is_empty());
    }

    #[test]
    fn metadata_has_a_keyword_a_name_and_a_text() {
        let help = Line::Metadata { keyword: Keyword::Help, name: "a", text: "A # of {\"b\"}." };
        assert_eq!(Line::parse("# HELP a A # of {\"b\"}."), Some(help));
    }

    #[test]
    fn what_a_strict_reader_refuses_is_refused() {
        let refused = [
            "",
            " ",
            "a",
            "a ",
            "a x",
            "a  1",
            "a 1 ",
            "a 1 2 3",
            "a 1 NaN",
            "1a 1",
            "a{ 1",
            "a{} ",
            "a{b} 1",
            "a{b=\"\"",
            "a{b=\"\"}1",
            "a{b=\"\",} 1",
            "a{,} 1",
            "a{b=c} 1",
            r#"a{b="\x"} 1"#,
            r#"a{b="\"} 1"#,
            "a{1b=\"\"} 1",
            "a{b:c=\"\"} 1",
            "a{b=\"\",c=\"\",b=\"x\"} 1",
            "a 1 # ",
            "a 1 # 2",
            "a 1 # {b=\"c\"}",
            "a 1 # {b=\"c\"} x",
            "#",
            "# a",
            "# TYPE a",
            "# TYPES a b",
            "# TYPE 1a b",
            "é 1",
        ];
        for line in refused {
            assert_eq!(Line::parse(line), None, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(line in "[a#{}=\", \\\\1é\\PC]{0,40}") {
            let _either = Line::parse(&line);
        }

        #[test]
        fn any_escaped_value_is_read(value in "\\PC{0,20}", number: f64) {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            let line = format!("a{{b=\"{escaped}\"}} {number:?}");
            prop_assert!(Line::parse(&line).is_some(), "{}", line);
        }
    }
}
