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
            has_exemplar: true,
        }))
    );
    let plain = Sample { name: "a", labels: "", value: "+Inf", timestamp: None, has_exemplar: false };
    assert_eq!(Line::parse("a +Inf"), Some(Line::Sample(plain)));
}

#[test]
fn labels_are_told_by_their_names() {
    let labels = |line| match Line::parse(line) {
        Some(Line::Sample(sample)) => sample.sorted_labels(),
        _ => panic!("it is a sample"),
    };
    assert_eq!(labels(r#"a{b="}\",",a=""} 1"#), Some(vec![("a", ""), ("b", r#"}\","#)]));
    assert_eq!(labels("a{} 1"), Some(Vec::new()));
    assert_eq!(labels("a{b=\"\",c=\"\",b=\"x\"} 1"), None);
}

#[test]
fn numbers_are_those_of_every_reader() {
    for number in ["1", "+1.5", "-.5", "1.", "1e308", "1e-400", "NaN", "nan", "Inf", "-inf", "+Infinity"] {
        assert!(super::parse_number(number).is_some(), "{number}");
    }
    for number in ["-NaN", "+nan", "1e400", "-1e309", "1_000", "0x1", ""] {
        assert_eq!(super::parse_number(number), None, "{number}");
    }
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
        "a 1 9223372036854776",
        "a -NaN",
        "a 1e400",
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
        "a 1 # ",
        "a 1 # 2",
        "a 1 # {b=\"c\"}",
        "a 1 # {b=\"c\"} x",
        "a 1 # {b=\"c\"} -NaN",
        "a 1 # {b=\"c\"} 1 1e400",
        "a 1 # {b=\"c\",b=\"d\"} 1",
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
