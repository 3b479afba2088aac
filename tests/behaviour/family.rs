//! What the attributes' options make of spans and metrics.

use std::fmt;

use opentelemetry::trace::SpanKind;
use spanweave::testing::TestTelemetry;
use spanweave::{ErrorClass, LabelValue, repo, traced, traced_client, traced_job, traced_service};

/// The crate as a framework may have it.
mod framework {
    pub use spanweave as telemetry;
}

#[derive(Debug, PartialEq, ErrorClass)]
enum PushError {
    BadToken {
        status: u16,
    },
    #[error_class("unreachable")]
    Connect(fmt::Error),
    #[error_class(inner)]
    Storage(StorageError),
}

#[derive(Debug, PartialEq, ErrorClass)]
enum StorageError {
    Full,
}

struct Push {
    topic: String,
}

#[traced_client]
impl Push {
    #[traced(metric = "push_duration_seconds", labels(topic = self.topic.as_str(), urgent))]
    async fn send(&self, token: u8, urgent: Option<bool>) -> Result<(), PushError> {
        let _ = urgent;
        match token {
            0 => Ok(()),
            1 => Err(PushError::BadToken { status: 410 }),
            2 => Err(PushError::Connect(fmt::Error)),
            3 => Err(PushError::Storage(StorageError::Full)),
            _ => std::future::pending().await,
        }
    }

    #[traced(metric = "push_duration_seconds", labels(topic = "all", urgent = false))]
    pub fn now(&self) -> usize {
        self.topic.len()
    }
}

/// The lines of a page that begin with the name.
pub fn lines(text: &str, name: &str) -> String {
    text.lines().filter(|line| line.starts_with(name)).flat_map(|line| [line, "\n"]).collect()
}

#[tokio::test]
async fn an_error_has_the_class_of_its_variant() {
    let telemetry = TestTelemetry::new();
    let push = Push { topic: "tasks".to_owned() };
    telemetry
        .root("push")
        .run(async {
            for token in 0..4 {
                let _ = push.send(token, None).await;
            }
        })
        .await;
    assert_eq!(
        telemetry.span_tree(),
        "\
push
  Push.send
  Push.send [error: bad_token]
  Push.send [error: unreachable]
  Push.send [error: full]
"
    );
    assert_eq!(
        lines(&telemetry.metrics_text(), "method_errors_total"),
        r#"method_errors_total{kind="client",type="Push",method="send",class="bad_token"} 1
method_errors_total{kind="client",type="Push",method="send",class="full"} 1
method_errors_total{kind="client",type="Push",method="send",class="unreachable"} 1
"#
    );
}

#[tokio::test]
async fn a_method_may_have_a_metric_of_its_own() {
    let telemetry = TestTelemetry::new();
    let push = Push { topic: "tasks".to_owned() };
    telemetry
        .root("push")
        .run(async {
            push.send(0, Some(true)).await.unwrap();
            push.send(0, None).await.unwrap();
            push.send(1, Some(true)).await.unwrap_err();
            push.now();
            let mut waiting = Box::pin(push.send(9, Some(false)));
            assert!(futures_util::poll!(&mut waiting).is_pending());
        })
        .await;
    let text = telemetry.metrics_text();
    assert_eq!(
        lines(&text, "push_duration_seconds_count"),
        r#"push_duration_seconds_count{topic="all",urgent="false",result="ok"} 1
push_duration_seconds_count{topic="tasks",urgent="",result="ok"} 1
push_duration_seconds_count{topic="tasks",urgent="false",result="cancelled"} 1
push_duration_seconds_count{topic="tasks",urgent="true",result="bad_token"} 1
push_duration_seconds_count{topic="tasks",urgent="true",result="ok"} 1
"#
    );
    assert!(text.contains("# TYPE push_duration_seconds histogram\n# UNIT push_duration_seconds seconds\n"));
    // The one that all methods are in has them too.
    assert_eq!(
        lines(&text, "method_duration_seconds_count"),
        r#"method_duration_seconds_count{kind="client",type="Push",method="now"} 1
method_duration_seconds_count{kind="client",type="Push",method="send"} 4
"#
    );
    assert_eq!(telemetry.span_tree().matches("Push.send").count(), 4);
}

/// A value that is as many as there are.
struct Numbered(u32);

impl LabelValue for Numbered {
    fn label_value(&self) -> std::borrow::Cow<'_, str> {
        format!("{}{}", self.0, "x".repeat(1000)).into()
    }
}

#[traced(metric = "numbered_duration_seconds", labels(number = Numbered(number)))]
fn numbered(number: u32) -> u32 {
    number
}

#[test]
fn the_values_of_labels_are_bounded_in_number_and_length() {
    let telemetry = TestTelemetry::new();
    telemetry.root("numbers").in_scope(|_| (0..1_000).map(numbered).for_each(drop));
    let text = telemetry.metrics_text();
    let series = lines(&text, "numbered_duration_seconds_count");
    assert_eq!(series.lines().count(), 257);
    assert!(series.contains(r#"number="other",result="ok"} 744"#), "{series}");
    assert!(series.lines().all(|line| line.len() < 200));
}

#[traced(metric = "twice_duration_seconds", labels(one = "a"))]
fn first_of_its_name() {}

#[traced(metric = "twice_duration_seconds", labels(other = "a"))]
fn second_of_its_name() {}

#[traced(metric = "http_request_duration_seconds")]
fn named_as_one_of_ours() {}

#[test]
fn metrics_of_one_name_and_other_labels_are_not_mixed() {
    let telemetry = TestTelemetry::new();
    telemetry.root("names").in_scope(|_| {
        first_of_its_name();
        second_of_its_name();
        named_as_one_of_ours();
    });
    let text = telemetry.metrics_text();
    assert_eq!(
        lines(&text, "twice_duration_seconds_count"),
        "twice_duration_seconds_count{one=\"a\",result=\"ok\"} 1\n"
    );
    assert_eq!(lines(&text, "http_request_duration_seconds"), "");
    assert!(text.contains(r#"method="second_of_its_name",outcome="ok"} 1"#));
}

#[traced_job(crate = crate::family::framework::telemetry)]
impl PushError {
    pub async fn retry(&self) -> u8 {
        looked_up(1).await
    }
}

#[repo]
async fn looked_up(id: u8) -> u8 {
    id
}

struct Unchanged;

#[traced_service(strict, calls(0.inner), untraced(1))]
impl Wrapped {
    #[cfg_attr(not(all()), traced(name = "never"))]
    #[cfg_attr(all(), traced(name = "by a condition"))]
    pub async fn list(&self) -> usize {
        self.0.inner.count().await + self.1.count().await
    }
}

struct Inner {
    inner: Unchanged,
}

struct Wrapped(Inner, Unchanged);

#[repo(name = "Named")]
impl Unchanged {
    pub async fn count(&self) -> usize {
        1
    }
}

#[tokio::test]
async fn kinds_names_and_paths_are_as_the_attributes_say() {
    let telemetry = TestTelemetry::new();
    telemetry
        .root("all")
        .run(async {
            PushError::Connect(fmt::Error).retry().await;
            Wrapped(Inner { inner: Unchanged }, Unchanged).list().await;
            Push { topic: String::new() }.now();
            numbered(1);
        })
        .await;
    assert_eq!(
        telemetry.span_tree(),
        "\
all
  PushError.retry
    family.looked_up
  by a condition
    Named.count
    Named.count
  Push.now
  family.numbered
"
    );
    let kind =
        |name: &str| telemetry.spans().iter().find(|span| span.name == name).unwrap().span_kind.clone();
    assert_eq!(kind("PushError.retry"), SpanKind::Consumer);
    assert_eq!(kind("Push.now"), SpanKind::Client);
    assert_eq!(kind("by a condition"), SpanKind::Internal);
    assert_eq!(kind("Named.count"), SpanKind::Internal);
    let functions: Vec<_> =
        telemetry.methods().into_iter().map(|it| (it.kind, it.type_name, it.method)).collect();
    let functions: Vec<_> = functions.iter().map(|(k, t, m)| (k.as_str(), t.as_str(), m.as_str())).collect();
    assert_eq!(
        functions,
        [
            ("client", "Push", "now"),
            ("function", "family", "numbered"),
            ("job", "PushError", "retry"),
            ("repo", "Named", "count"),
            ("repo", "family", "looked_up"),
            ("service", "Wrapped", "list"),
        ]
    );
    let spans = telemetry.spans();
    let looked_up = spans.iter().find(|span| span.name == "family.looked_up").unwrap();
    let function = looked_up.attributes.iter().find(|it| it.key.as_str() == "code.function.name").unwrap();
    assert_eq!(function.value.as_str(), "behaviour::family::looked_up");
}
