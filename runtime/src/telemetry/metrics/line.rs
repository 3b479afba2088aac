//! One line of OpenMetrics text, read by the letter.

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
    pub(super) has_exemplar: bool,
}

/// The names of labels with their values as they are written, sorted: their order does not matter.
pub(super) type Labels<'t> = Vec<(&'t str, &'t str)>;

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
    /// `None` if a name is there twice.
    pub(super) fn sorted_labels(&self) -> Option<Labels<'t>> {
        sorted(self.labels)
    }
}

fn sorted(mut labels: &str) -> Option<Labels<'_>> {
    let next = || {
        let (name, value, after) = split_label(labels.strip_prefix(['{', ','])?)?;
        labels = after;
        Some((name, value))
    };
    let mut sorted: Labels = std::iter::from_fn(next).collect();
    sorted.sort_unstable();
    let is_twice = sorted.windows(2).any(|pair| pair[0].0 == pair[1].0);
    (!is_twice).then_some(sorted)
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
    // By a character, as every line of a page is read so for the older format: a text to look for is prepared each time.
    let (measured, exemplar) = match rest.split_once('#') {
        Some((measured, exemplar)) => (measured.strip_suffix(' ')?, Some(exemplar.strip_prefix(' ')?)),
        None => (rest, None),
    };
    let (value, timestamp) = parse_point(measured)?;
    let is_valid = is_metric_name(name) && exemplar.is_none_or(is_exemplar);
    is_valid.then_some(Sample { name, labels, value, timestamp, has_exemplar: exemplar.is_some() })
}

fn is_exemplar(exemplar: &str) -> bool {
    let Some((labels, point)) = split_labels(exemplar) else { return false };
    labels.starts_with('{') && sorted(labels).is_some() && parse_point(point).is_some()
}

/// ` value`, or ` value timestamp`.
fn parse_point(point: &str) -> Option<(&str, Option<f64>)> {
    let point = point.strip_prefix(' ')?;
    let (value, timestamp) = match point.split_once(' ') {
        Some((value, timestamp)) => (value, Some(timestamp)),
        None => (point, None),
    };
    parse_number(value)?;
    match timestamp {
        Some(timestamp) => Some((value, Some(parse_timestamp(timestamp)?))),
        None => Some((value, None)),
    }
}

/// A number that other readers know, too: Go's has no sign at its `NaN`, and none that is too large for it.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let (signed, letters) = match text.strip_prefix(['+', '-']) {
        Some(letters) => (true, letters),
        None => (false, text),
    };
    let says_infinity = letters.starts_with(['i', 'I']);
    let is_read_alike = !(number.is_nan() && signed) && (!number.is_infinite() || says_infinity);
    is_read_alike.then_some(number)
}

/// Seconds, whose milliseconds are within 64 bits: as such they are in the text format, and in the memory of Prometheus.
fn parse_timestamp(text: &str) -> Option<f64> {
    const MILLISECONDS: f64 = 9_223_372_036_854_775_808.0;
    parse_number(text).filter(|seconds| (seconds * 1e3).abs() < MILLISECONDS)
}

/// `{a="b"}` and what follows; nothing and all of it, if it does not start with a brace.
fn split_labels(text: &str) -> Option<(&str, &str)> {
    let Some(mut rest) = text.strip_prefix('{') else { return Some(("", text)) };
    if !rest.starts_with('}') {
        loop {
            (_, _, rest) = split_label(rest)?;
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
    let (name, text) = text.split_once('=')?;
    let text = text.strip_prefix('"')?;
    let after = after_quoted(text)?;
    let value = &text[..text.len() - after.len() - 1];
    is_label_name(name).then_some((name, value, after))
}

/// What follows the quote that ends the value.
fn after_quoted(mut value: &str) -> Option<&str> {
    loop {
        let rest = &value[value.find(['"', '\\'])?..];
        match rest.strip_prefix('\\') {
            Some(escaped) => value = escaped.strip_prefix(['\\', '"', 'n'])?,
            None => return rest.strip_prefix('"'),
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
mod tests;
