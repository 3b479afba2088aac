//! What holds whatever sources say: their page can be read line by line, is its own page, and has the same samples in both
//! formats.
//!
//! `fuzz/` compiles this file with those of the page.

use super::line::Line;
use super::page::Page;
use super::text;

/// Checks the page of some sources.
pub(crate) fn check(sources: &[&str]) {
    let mut page = Page::default();
    for source in sources {
        page.add(source);
    }
    let page = page.finish();
    let families = page.strip_suffix("# EOF\n").expect("a page has an end");
    for line in families.split_terminator('\n') {
        assert!(Line::parse(line).is_some(), "{line:?}");
    }
    check_again(&page, families);
    check_text(families, &text::from_openmetrics(&page));
}

/// What is on the page can be; beside itself, all of it is one too many.
fn check_again(page: &str, families: &str) {
    let mut again = Page::default();
    assert_eq!(again.add(page), []);
    assert_eq!(again.finish(), page);
    let mut twice = Page::of_own(families.to_owned());
    let left_out = twice.add(page).len();
    assert_eq!(twice.finish(), page);
    assert_eq!(left_out == 0, families.is_empty());
}

/// Every sample is there, but for those that tell when a series began.
fn check_text(families: &str, text: &str) {
    let is_sample = |line: &&str| !line.starts_with('#');
    let mut shown = text.split_terminator('\n').filter(is_sample).filter(|line| !is_created(line));
    for line in families.split_terminator('\n').filter(is_sample).filter(|line| !is_created(line)) {
        let Some(Line::Sample(sample)) = Line::parse(line) else { unreachable!("every line was read") };
        let start = format!("{}{} {}", sample.name, sample.labels, sample.value);
        let rest =
            shown.next().and_then(|line| line.strip_prefix(&start)).expect("a sample is in both formats");
        let milliseconds = rest.strip_prefix(' ').map(|time| time.parse::<i64>().is_ok());
        assert_eq!(milliseconds, sample.timestamp.map(|_| true), "{line} as {start}{rest}");
    }
    assert_eq!(shown.next(), None);
    for help in text.split_terminator('\n').filter(|line| line.starts_with("# HELP ")) {
        let escapes = help.replace(r"\\", "").replace(r"\n", "");
        assert!(!escapes.contains('\\'), "{help}");
    }
}

fn is_created(line: &str) -> bool {
    line.split(['{', ' ']).next().is_some_and(|name| name.ends_with("_created"))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{Page, check};

    const KINDS: [&str; 8] =
        ["counter", "gauge", "histogram", "summary", "info", "stateset", "unknown", "gaugehistogram"];

    /// Nearly what a family is: many are valid, and the others fail late.
    fn family() -> impl Strategy<Value = String> {
        let name = "[a-c]{1,2}(_total|_sum|_created)?";
        let sample = "(_total|_bucket|_sum|_count|_created|_info)?\
                      (\\{(a=\"[\\PC&&[^\"\\\\]]{0,3}\"|le=\"[0-9.xI]{1,3}\"|quantile=\"0.5\"|b=\"(\\\\[n\"\\\\])?\")(,c=\"[0-9]\")?\\})? \
                      ([0-9]{1,3}(\\.[0-9]{1,2})?|-?NaN|[+-]Inf|1e[0-9]{3})\
                      ( -?[0-9]{1,20}(\\.[0-9]{1,4})?)?( # \\{a=\"b\"\\} 1)?";
        let lines =
            (name, 0..KINDS.len(), vec(sample, 0..4), "( Of [\\PC&&[^\\\\]]{0,5}(\\\\[n\"\\\\T]){0,3}\r?)?");
        lines.prop_map(|(name, kind, samples, help)| {
            let help = if help.is_empty() { String::new() } else { format!("# HELP {name}{help}\n") };
            let samples: String = samples.iter().flat_map(|sample| [&*name, sample, "\n"]).collect();
            format!("{help}# TYPE {name} {}\n{samples}", KINDS[kind])
        })
    }

    /// Some families, with a line in between that is anything.
    fn source() -> impl Strategy<Value = String> {
        (vec(family(), 0..6), "(\\PC{0,10}\n)?", vec(family(), 0..2))
            .prop_map(|(before, line, after)| before.concat() + &line + &after.concat())
    }

    proptest! {
        #[test]
        fn whatever_sources_say(sources in vec(source(), 0..3)) {
            check(&sources.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    #[test]
    fn sources_that_are_right_are_checked_too() {
        let sources =
            ["# TYPE a gauge\na 1\n", "# TYPE b counter\nb_total 1 1.5\n# TYPE a gauge\na{b=\"c\"} 1\n"];
        let mut page = Page::default();
        assert_eq!(sources.map(|source| page.add(source).len()), [0, 0]);
        check(&sources);
    }
}
