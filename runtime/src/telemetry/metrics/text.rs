//! The text format of Prometheus, 0.0.4, made of OpenMetrics text: names, labels and values are the same in both.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::line::{Keyword, Line, Sample};

/// The suffix of a counter's samples, which is part of its family's name here.
const TOTAL: &str = "_total";
const INFO: &str = "_info";
/// When a series began; there is no such sample here.
const CREATED: &str = "_created";

/// Translates a page that a strict reader takes. Units and exemplars are left out, there being none in the format.
pub(super) fn from_openmetrics(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    let mut family = Family::default();
    for line in page.split('\n') {
        match Line::parse(line) {
            Some(Line::Metadata { keyword, name, text: said }) => {
                family.describe(keyword, name, said, &mut text);
            }
            Some(Line::Sample(sample)) => family.measure(&sample, &mut text),
            // The end of the page, or what is behind it.
            None => {}
        }
    }
    text
}

/// The family whose lines are read. Its help waits for its type, by which it is named.
#[derive(Default)]
struct Family<'t> {
    name: &'t str,
    help: Option<&'t str>,
    kind: &'t str,
}

impl<'t> Family<'t> {
    fn describe(&mut self, keyword: Keyword, name: &'t str, said: &'t str, into: &mut String) {
        if name != self.name {
            *self = Family { name, help: None, kind: "" };
        }
        match keyword {
            Keyword::Help => self.help = Some(said),
            Keyword::Type => {
                self.kind = said;
                self.head(into);
            }
            Keyword::Unit => {}
        }
    }

    fn head(&self, into: &mut String) {
        let (kind, suffix) = match self.kind {
            "counter" => ("counter", TOTAL),
            "info" => ("gauge", INFO),
            "stateset" => ("gauge", ""),
            "unknown" => ("untyped", ""),
            same => (same, ""),
        };
        let name = self.name;
        if let Some(help) = self.help {
            push(into, format_args!("# HELP {name}{suffix} {}\n", escaped(help)));
        }
        push(into, format_args!("# TYPE {name}{suffix} {kind}\n"));
    }

    fn measure(&self, sample: &Sample<'_>, into: &mut String) {
        let Sample { name, labels, value, timestamp, .. } = sample;
        let is_created = matches!(self.kind, "counter" | "histogram" | "summary")
            && name.strip_prefix(self.name) == Some(CREATED);
        if is_created {
            return;
        }
        let milliseconds =
            timestamp.map_or(Cow::Borrowed(""), |seconds| format!(" {:.0}", seconds * 1e3).into());
        push(into, format_args!("{name}{labels} {value}{milliseconds}\n"));
    }
}

/// The text of a help as it is escaped here: quotes are not, and a backslash that stands for itself is, as a reader refuses
/// it otherwise.
fn escaped(help: &str) -> String {
    let (mut escaped, mut chars) = (String::with_capacity(help.len()), help.chars());
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some('"') => escaped.push('"'),
                Some(known @ ('\\' | 'n')) => escaped.extend(['\\', known]),
                other => escaped.extend(['\\', '\\'].into_iter().chain(other)),
            },
            char => escaped.push(char),
        }
    }
    escaped
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("text grows in memory");
}

#[cfg(test)]
mod tests {
    use super::{escaped, from_openmetrics};

    #[test]
    fn names_values_and_bounds_stay_and_the_rest_is_of_the_older_format() {
        let openmetrics = r#"# HELP a_seconds Of \"a\".
# TYPE a_seconds histogram
# UNIT a_seconds seconds
a_seconds_sum{b=" # {}"} 1.5
a_seconds_count{b=" # {}"} 2
a_seconds_bucket{le="1.0",b=" # {}"} 1 # {trace_id="0a",span_id="0b"} 0.5 1700000000.5
a_seconds_bucket{le="+Inf",b=" # {}"} 2
a_seconds_created 1700000000.5
# HELP c Of c.
# TYPE c counter
c_total 1 1700000000.1234
# TYPE d info
d_info{version="1"} 1
# TYPE e unknown
e NaN
# TYPE f gauge
f_created -1
# EOF
"#;
        let text = r#"# HELP a_seconds Of "a".
# TYPE a_seconds histogram
a_seconds_sum{b=" # {}"} 1.5
a_seconds_count{b=" # {}"} 2
a_seconds_bucket{le="1.0",b=" # {}"} 1
a_seconds_bucket{le="+Inf",b=" # {}"} 2
# HELP c_total Of c.
# TYPE c_total counter
c_total 1 1700000000123
# TYPE d_info gauge
d_info{version="1"} 1
# TYPE e untyped
e NaN
# TYPE f gauge
f_created -1
"#;
        assert_eq!(from_openmetrics(openmetrics), text);
    }

    #[test]
    fn a_help_is_escaped_as_readers_of_the_format_want_it() {
        for (openmetrics, text) in [
            (r#"\"a\""#, r#""a""#),
            (r"\\n \n", r"\\n \n"),
            (r#"\\\""#, r#"\\""#),
            (r"C:\Temp\", r"C:\\Temp\\"),
        ] {
            assert_eq!(escaped(openmetrics), text);
        }
    }
}
