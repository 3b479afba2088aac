use super::families;

/// What is wrong with the only family of a source.
fn mistake(source: &str) -> (&str, Option<&'static str>) {
    let families = families(source);
    let [family] = &families[..] else { panic!("{} families in {source}", families.len()) };
    (family.name, family.mistake)
}

#[test]
fn what_a_reader_would_refuse_is_found() {
    let refused = [
        ("# TYPE a gauge\na one\n", "a line of it is not OpenMetrics text"),
        ("# TYPE a gauge\na -nan\n", "a line of it is not OpenMetrics text"),
        ("# TYPE a gauge\na 1e400\n", "a line of it is not OpenMetrics text"),
        ("# TYPE a gauge\na 1 1e300\n", "a line of it is not OpenMetrics text"),
        ("# TYPE a gauge\na 1\r\n", "a line of it is not OpenMetrics text"),
        ("# HELP a Of\nlines.\n# TYPE a gauge\na 1\n", "a line of it is not OpenMetrics text"),
        ("# TYPE a gaugehistogram\na_bucket 1\n", "the text format of Prometheus has no such type"),
        ("# TYPE a guage\na 1\n", "its type is unknown"),
        ("# TYPE a counter\na 1\n", "a sample of it has another name"),
        ("# TYPE a gauge\nb 1\n", "a sample of it has another name"),
        ("# HELP a Of a.\na 1\n", "a sample of it has another name"),
        ("# HELP a Of a.\n", "its type is missing"),
        ("# TYPE a gauge\n# UNIT a seconds\na 1\n", "its name does not end in its unit"),
        ("# TYPE a gauge\n# TYPE a gauge\na 1\n", "its type, unit or help is there twice"),
        ("# TYPE a gauge\na 1\na 2\n", "a sample of it is there twice"),
        ("# TYPE a gauge\na{b=\"1\",c=\"2\"} 1\na{c=\"2\",b=\"1\"} 2\n", "a sample of it is there twice"),
        ("# TYPE a gauge\na{b=\"1\",b=\"2\"} 1\n", "a label of it is there twice"),
        ("# TYPE a gauge\na{__name__=\"b\"} 1\n", "a label of it has the name that names have"),
        ("# TYPE a histogram\na_bucket{lee=\"1\"} 1\n", "a bucket of it has no bound"),
        ("# TYPE a histogram\na_bucket{le=\"x\"} 1\n", "a bucket of it has no bound"),
        ("# TYPE a histogram\na_bucket{le=\"NaN\"} 1\n", "a bucket of it has no bound"),
        ("# TYPE a summary\na{quantile=\"half\"} 1\n", "a quantile of it has no number"),
        ("# TYPE a summary\na 1\n", "a quantile of it has no number"),
    ];
    for (source, reason) in refused {
        assert_eq!(mistake(source), ("a", Some(reason)), "{source}");
    }
    for (kind, sample) in
        [("gauge", "a"), ("summary", "a_sum"), ("histogram", "a_count"), ("counter", "a_created")]
    {
        let source = format!("# TYPE a {kind}\n{sample} 1 # {{b=\"c\"}} 1\n");
        let reason = "a sample of it has an exemplar, and is no counter and no bucket";
        assert_eq!(mistake(&source), ("a", Some(reason)), "{source}");
    }
    assert_eq!(mistake("a 1\n"), ("", Some("a sample of it has another name")));
    assert!(families("").is_empty());
}

#[test]
fn what_readers_take_is_right() {
    let taken = [
        "# TYPE a counter\na_total 1 # {b=\"c\"} 1 1\na_created 1\n",
        "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1 # {} 1\na_sum NaN\na_count 1\n",
        "# TYPE a summary\na{quantile=\"0.5\"} -Inf\na_sum 1e308\na_count 1\n",
        "# TYPE a info\na_info{b=\"\\\\\\n\\\"\"} 1\n",
        "# TYPE a stateset\na{a=\"b\"} 1\na{a=\"c\"} 0\n",
        "# HELP a Of a.\r\n# TYPE a unknown\na -1.5 -1.5\n",
    ];
    for source in taken {
        assert_eq!(mistake(source), ("a", None), "{source}");
    }
}
