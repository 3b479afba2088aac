use super::{Legacy, Row};

fn row(labels: &[(&'static str, &str)]) -> Row {
    Row {
        labels: labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        count: 3,
        errors: 1,
        average_ms: 1.5,
        quantiles_ms: [Some(2.5), Some(5.0), None],
    }
}

fn legacy() -> Legacy {
    Legacy {
        uptime_seconds: 60,
        memory_bytes: Some([1_024, 4_096]),
        by_status: [("2xx", 2), ("5xx", 1)].map(|(status, count)| (status.to_owned(), count)).into(),
        routes: vec![row(&[("route", "/tasks/{id}"), ("method", "GET")])],
        methods: vec![row(&[("kind", "service"), ("type", "TaskService"), ("method", "list")])],
        tables: vec![row(&[("table", "tasks")])],
    }
}

/// The panel reads these names.
#[test]
fn the_document_has_the_shape_that_the_panel_reads() {
    assert_eq!(
        format!("{:#}", legacy().json()),
        r#"{
  "methods": [
    {
      "avg_ms": 1.5,
      "count": 3,
      "errors": 1,
      "kind": "service",
      "method": "list",
      "p50_ms": 2.5,
      "p95_ms": 5.0,
      "p99_ms": null,
      "type": "TaskService"
    }
  ],
  "process": {
    "resident_memory_bytes": 1024,
    "virtual_memory_bytes": 4096
  },
  "requests": {
    "by_status": {
      "2xx": 2,
      "5xx": 1
    },
    "routes": [
      {
        "avg_ms": 1.5,
        "count": 3,
        "errors": 1,
        "method": "GET",
        "p50_ms": 2.5,
        "p95_ms": 5.0,
        "p99_ms": null,
        "route": "/tasks/{id}"
      }
    ],
    "total": 3
  },
  "sql": [
    {
      "avg_ms": 1.5,
      "count": 3,
      "errors": 1,
      "p50_ms": 2.5,
      "p95_ms": 5.0,
      "p99_ms": null,
      "table": "tasks"
    }
  ],
  "uptime_seconds": 60
}"#
    );
}

#[test]
fn as_text_it_is_a_line_each() {
    assert_eq!(
        legacy().text(),
        "\
uptime_seconds 60
process_resident_memory_bytes 1024
process_virtual_memory_bytes 4096
requests 3
requests status=2xx 2
requests status=5xx 1
route route=/tasks/{id} method=GET count=3 errors=1 avg_ms=1.5 p50_ms=2.5 p95_ms=5 p99_ms=-
method kind=service type=TaskService method=list count=3 errors=1 avg_ms=1.5 p50_ms=2.5 p95_ms=5 p99_ms=-
sql table=tasks count=3 errors=1 avg_ms=1.5 p50_ms=2.5 p95_ms=5 p99_ms=-
"
    );
}

#[test]
fn a_row_is_one_line_whatever_its_values_hold() {
    let text = row(&[("topic", "a\nmethod kind=\"x\"\u{2028}")]).text();
    assert!(text.starts_with("topic=a\\nmethod kind=\\\"x\\\"\\u{2028} count=3"), "{text}");
    assert_eq!(text.lines().count(), 1);
}
