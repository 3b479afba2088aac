//! Outbound clients: an object storage and a push service, with what their metrics and spans have.

use std::fmt;
use std::future::pending;
use std::sync::Arc;

use async_trait::async_trait;
use opentelemetry::trace::SpanKind;
use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, ErrorClass, InCtx, MetricsFormat, Telemetry, traced, traced_client, traced_service};

use crate::family::lines;

#[derive(Debug, PartialEq, ErrorClass)]
enum StorageError {
    #[error_class("error")]
    Refused { status: u16 },
}

struct Object {
    key: String,
    mime_type: &'static str,
    content: Vec<u8>,
}

/// A bucket of a vendor's.
struct B2 {
    bucket: String,
}

#[traced_client]
impl B2 {
    #[traced(
        name = "b2.PutObject",
        metric = "b2_upload_duration_seconds",
        counter(b2_upload_bytes_total = object.content.len()),
        labels(bucket = self.bucket),
        fields(bucket = self.bucket, key = object.key, mime_type = object.mime_type, size_bytes = object.content.len())
    )]
    pub async fn put_object(&self, object: Object) -> Result<(), StorageError> {
        match object.content.first() {
            Some(b'!') => Err(StorageError::Refused { status: 503 }),
            Some(b'~') => pending().await,
            Some(b'?') => panic!("on purpose"),
            _ => Ok(()),
        }
    }
}

struct Documents {
    vendor: B2,
}

#[traced_service(calls(vendor))]
impl Documents {
    #[traced(name = "storage.upload", fields(size_bytes = content.len()))]
    pub async fn upload(&self, key: &str, content: &[u8]) -> Result<(), StorageError> {
        let object = Object { key: key.to_owned(), mime_type: "text/plain", content: content.to_vec() };
        self.vendor.put_object(object).await
    }
}

fn documents() -> Documents {
    Documents { vendor: B2 { bucket: "documents".to_owned() } }
}

/// One upload of each outcome: of 5, 6, 7 and 8 bytes.
async fn upload_each(telemetry: &Telemetry) {
    let documents = Arc::new(documents());
    let root = telemetry.root("upload").run(async {
        documents.upload("a.txt", b"12345").await.unwrap();
        documents.upload("b.txt", b"!23456").await.unwrap_err();
        let mut waiting = Box::pin(documents.upload("c.txt", b"~234567"));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(waiting);
        let documents = Arc::clone(&documents);
        let broken = async move { documents.upload("d.txt", b"?2345678").await };
        assert!(tokio::spawn(broken.in_ctx(Ctx::current())).await.unwrap_err().is_panic());
    });
    root.await;
}

#[tokio::test]
async fn an_upload_has_a_span_in_the_vendors_words() {
    let telemetry = TestTelemetry::new();
    upload_each(&telemetry).await;
    assert_eq!(
        telemetry.span_tree_with(&["bucket", "key", "mime_type", "size_bytes", "result"]),
        "\
upload
  storage.upload size_bytes=5
    b2.PutObject result=ok bucket=documents key=a.txt mime_type=text/plain size_bytes=5
  storage.upload [error: error] size_bytes=6
    b2.PutObject [error: error] result=error bucket=documents key=b.txt mime_type=text/plain size_bytes=6
  storage.upload [cancelled] size_bytes=7
    b2.PutObject [cancelled] result=cancelled bucket=documents key=c.txt mime_type=text/plain size_bytes=7
  storage.upload [panicked] size_bytes=8
    b2.PutObject [panicked] result=panicked bucket=documents key=d.txt mime_type=text/plain size_bytes=8
"
    );
    let spans = telemetry.spans();
    let kind = |name| spans.iter().find(|span| span.name == name).unwrap().span_kind.clone();
    assert_eq!([kind("storage.upload"), kind("b2.PutObject")], [SpanKind::Internal, SpanKind::Client]);
}

#[tokio::test]
async fn bytes_are_counted_by_bucket_and_result_whatever_the_outcome() {
    let telemetry = TestTelemetry::new();
    upload_each(&telemetry).await;
    upload_each(&telemetry).await;
    let text = telemetry.metrics_text();
    assert_eq!(
        lines(&text, "b2_upload_bytes_total"),
        r#"b2_upload_bytes_total{bucket="documents",result="cancelled"} 14
b2_upload_bytes_total{bucket="documents",result="error"} 12
b2_upload_bytes_total{bucket="documents",result="ok"} 10
b2_upload_bytes_total{bucket="documents",result="panicked"} 16
"#
    );
    assert_eq!(
        lines(&text, "b2_upload_duration_seconds_count"),
        r#"b2_upload_duration_seconds_count{bucket="documents",result="cancelled"} 2
b2_upload_duration_seconds_count{bucket="documents",result="error"} 2
b2_upload_duration_seconds_count{bucket="documents",result="ok"} 2
b2_upload_duration_seconds_count{bucket="documents",result="panicked"} 2
"#
    );
    assert!(text.contains("# TYPE b2_upload_bytes counter\n"), "{text}");
    // The metrics of all methods keep the names of the program.
    assert!(
        text.contains(r#"method_calls_total{kind="client",type="B2",method="put_object",outcome="ok"} 2"#)
    );
}

#[tokio::test]
async fn bytes_are_counted_where_nothing_is_recorded() {
    let telemetry = Telemetry::builder().sampling_ratio(0.0).build().unwrap();
    upload_each(&telemetry).await;
    let text = telemetry.metrics(MetricsFormat::Text);
    assert!(text.contains("# TYPE b2_upload_bytes_total counter\n"), "{text}");
    assert!(text.contains(r#"b2_upload_bytes_total{bucket="documents",result="ok"} 5"#), "{text}");
}

#[derive(Debug, PartialEq, ErrorClass)]
enum PushError {
    BadToken,
    #[error_class("error")]
    Refused {
        status: u16,
    },
    #[error_class("error")]
    Unreachable(fmt::Error),
}

#[async_trait]
trait PushSender: Send + Sync {
    async fn send(&self, device_token: &str, message: &str) -> Result<(), PushError>;
}

/// What a vendor answers: a status, and a reason where it does not take the message.
fn answered(device_token: &str) -> Result<(u16, Option<&'static str>), fmt::Error> {
    match device_token.rsplit('-').next() {
        Some("gone") => Ok((410, Some("Unregistered"))),
        Some("many") => Ok((429, Some("TooManyRequests"))),
        Some("down") => Err(fmt::Error),
        _ => Ok((200, None)),
    }
}

/// Reads an answer, and says on the span of whoever sends what it was.
fn read(answer: Result<(u16, Option<&'static str>), fmt::Error>) -> Result<(), PushError> {
    let (status, reason) = answer.map_err(PushError::Unreachable)?;
    Ctx::current().set("status_code", status);
    Ctx::current().set("reason", reason);
    match status {
        200 => Ok(()),
        410 => Err(PushError::BadToken),
        status => Err(PushError::Refused { status }),
    }
}

struct Apns {
    topic: String,
}

#[traced_client]
#[async_trait]
impl PushSender for Apns {
    #[traced(metric = "apns_send_duration_seconds", fields(topic = self.topic))]
    async fn send(&self, device_token: &str, message: &str) -> Result<(), PushError> {
        assert!(!message.is_empty());
        tokio::task::yield_now().await;
        read(answered(device_token))
    }
}

struct Fcm;

#[traced_client]
#[async_trait]
impl PushSender for Fcm {
    #[traced(metric = "fcm_send_duration_seconds")]
    async fn send(&self, device_token: &str, _: &str) -> Result<(), PushError> {
        read(answered(device_token))
    }
}

/// One message to a device of each kind, behind `dyn`.
async fn push_each(telemetry: &Telemetry) {
    let senders: [Arc<dyn PushSender>; 2] =
        [Arc::new(Apns { topic: "app.honeydue".to_owned() }), Arc::new(Fcm)];
    let root = telemetry.root("push").run(async {
        for sender in senders {
            for device in ["here", "gone", "many", "down"] {
                let _sent = sender.send(&format!("5ecret-{device}"), "The gutters are due").await;
            }
        }
    });
    root.await;
}

#[tokio::test]
async fn a_push_has_what_the_vendor_answered_on_its_span_and_the_token_nowhere() {
    let telemetry = TestTelemetry::new();
    push_each(&telemetry).await;
    assert_eq!(
        telemetry.span_tree_with(&["topic", "status_code", "reason", "result"]),
        "\
push
  Apns.send result=ok topic=app.honeydue status_code=200
  Apns.send [error: bad_token] result=bad_token topic=app.honeydue status_code=410 reason=Unregistered
  Apns.send [error: error] result=error topic=app.honeydue status_code=429 reason=TooManyRequests
  Apns.send [error: error] result=error topic=app.honeydue
  Fcm.send result=ok status_code=200
  Fcm.send [error: bad_token] result=bad_token status_code=410 reason=Unregistered
  Fcm.send [error: error] result=error status_code=429 reason=TooManyRequests
  Fcm.send [error: error] result=error
"
    );
    let everything = format!("{:?}{}", telemetry.spans(), telemetry.metrics(MetricsFormat::OpenMetrics));
    assert!(!everything.contains("5ecret") && !everything.contains("gutters"), "{everything}");
}

/// What has no label but its result, and may fail at its first call.
#[test]
fn metrics_of_a_methods_own_are_there_from_the_start() {
    let telemetry = Telemetry::builder().build().unwrap();
    let text = telemetry.metrics(MetricsFormat::Text);
    for name in ["apns_send_duration_seconds_count", "taken_bytes_total"] {
        assert_eq!(
            lines(&text, name),
            format!(
                "{name}{{result=\"cancelled\"}} 0\n{name}{{result=\"ok\"}} 0\n{name}{{result=\"panicked\"}} 0\n"
            )
        );
    }
    assert_eq!(lines(&text, "b2_upload_duration_seconds"), "");
}

#[tokio::test]
async fn pushes_are_measured_by_three_results() {
    let telemetry = TestTelemetry::new();
    push_each(&telemetry).await;
    let text = telemetry.metrics_text();
    for vendor in ["apns", "fcm"] {
        let name = format!("{vendor}_send_duration_seconds_count");
        assert_eq!(
            lines(&text, &name),
            format!(
                "{name}{{result=\"bad_token\"}} 1\n{name}{{result=\"error\"}} 2\n{name}{{result=\"ok\"}} 1\n"
            )
        );
    }
}

/// Counters without a histogram, one for two methods, over every kind of body.
struct Reader;

#[traced_client]
impl Reader {
    #[traced(counter(read_bytes_total = bytes), labels(source = "file"))]
    pub fn now(&self, bytes: i32) -> i32 {
        bytes
    }

    #[traced(counter(read_bytes_total = 3), labels(source = "stream"))]
    pub fn stream(&self) -> impl futures_util::Stream<Item = Result<u8, StorageError>> + use<> {
        futures_util::stream::iter([Ok(1), Err(StorageError::Refused { status: 500 })])
    }

    #[traced(counter(huge_bytes_total = u64::MAX))]
    pub async fn huge(&self) {}

    #[traced(counter(taken_bytes_total = bytes.len()))]
    pub async fn take_ctx(&self, ctx: Ctx, bytes: Vec<u8>) -> usize {
        assert!(!ctx.is_none());
        bytes.len()
    }
}

#[tokio::test]
async fn any_traced_method_may_have_a_counter() {
    let telemetry = TestTelemetry::new();
    let root = telemetry.root("read").run(async {
        Reader.now(5);
        // A counter never goes down.
        Reader.now(-5);
        let _items: Vec<_> = futures_util::StreamExt::collect::<Vec<_>>(Reader.stream()).await;
        // A call that never runs adds nothing.
        drop(Reader.huge());
        drop(Reader.stream());
        Reader.huge().await;
        Reader.take(vec![0; 4]).await;
    });
    root.await;
    let text = telemetry.metrics_text();
    assert_eq!(
        lines(&text, "read_bytes_total"),
        "read_bytes_total{source=\"file\",result=\"ok\"} 5\n\
         read_bytes_total{source=\"stream\",result=\"error\"} 3\n"
    );
    assert_eq!(lines(&text, "taken_bytes_total"), "taken_bytes_total{result=\"ok\"} 4\n");
    // One call adds no more than 2^56 - 1.
    assert_eq!(lines(&text, "huge_bytes_total"), "huge_bytes_total{result=\"ok\"} 72057594037927935\n");
}

#[traced(counter(sqlx_slow_statements_total = 1))]
fn named_as_a_counter_of_ours() {}

#[traced(counter(method_calls_total = 1))]
fn named_as_the_counter_of_calls() {}

#[traced(counter(spanweave_traces_total = 1))]
fn named_as_a_metric_about_spanweave() {}

#[traced(metric = "process_start_time_seconds", counter(process_cpu_seconds_total = 1))]
fn named_as_metrics_of_the_process() {}

#[traced(metric = "db_client_connection_max_seconds", counter(db_client_connections_total = 1))]
fn named_as_metrics_of_pools() {}

#[traced(counter(http_server_active_requests_total = 1))]
fn named_as_the_active_requests() {}

#[traced(counter(target_total = 1))]
fn named_as_the_target() {}

#[traced(counter(target_info_total = 1))]
fn named_as_what_tells_the_target() {}

#[traced(metric = "shared_name_seconds", counter(shared_name_seconds_total = 1))]
fn named_as_its_histogram() {}

#[traced(counter(shared_total = 1), labels(a = "a"))]
fn first_of_a_name() {}

#[traced(counter(shared_total = 1), labels(b = "b"))]
fn second_of_a_name() {}

#[test]
fn counters_whose_name_is_taken_are_not_measured() {
    let telemetry = TestTelemetry::new();
    telemetry.root("names").in_scope(|_| {
        named_as_a_counter_of_ours();
        named_as_the_counter_of_calls();
        named_as_a_metric_about_spanweave();
        named_as_metrics_of_the_process();
        named_as_metrics_of_pools();
        named_as_the_active_requests();
        named_as_the_target();
        named_as_what_tells_the_target();
        named_as_its_histogram();
        first_of_a_name();
        second_of_a_name();
    });
    let text = telemetry.metrics_text();
    assert_eq!(lines(&text, "sqlx_slow_statements_total"), "");
    assert!(!text.contains(r"method_calls_total{result="), "{text}");
    assert!(!text.contains(r"spanweave_traces_total{result="), "{text}");
    for taken in ["process_", "db_client_connection", "http_server_active_requests", "target"] {
        let own: String = lines(&text, taken).lines().filter(|line| line.contains("result=")).collect();
        assert_eq!(own, "", "{taken}");
    }
    assert_eq!(lines(&text, "shared_name_seconds_count"), "shared_name_seconds_count{result=\"ok\"} 1\n");
    assert_eq!(lines(&text, "shared_name_seconds_total"), "");
    assert_eq!(lines(&text, "shared_total"), "shared_total{a=\"a\",result=\"ok\"} 1\n");
    assert!(text.contains(r#"method="second_of_a_name",outcome="ok"} 1"#));
}
