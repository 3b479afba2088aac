//! Requests that are sent with reqwest, over real sockets: spans, headers, retries, statuses, and what is not shown.

use std::time::Duration;

use axum::Router;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::{get, post};
use reqwest::{Method, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use spanweave::http_client::{TraceMiddleware, UrlTemplate};
use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, ErrorClass, Propagators, traced_client};

/// The headers of propagation that came, a line each.
async fn show(headers: HeaderMap) -> String {
    let names = ["traceparent", "tracestate", "baggage"];
    let lines =
        names.map(|name| headers.get(name).map(|value| format!("{name}: {}\n", value.to_str().unwrap())));
    lines.into_iter().flatten().collect()
}

/// Goes on for an hour.
async fn slowly() {
    tokio::time::sleep(Duration::from_hours(1)).await;
}

/// Serves on a free port, and returns where.
async fn serve() -> String {
    let app = Router::new()
        .route("/show", get(show))
        .route("/slowly", get(slowly))
        .route("/moved", get(|| async { Redirect::temporary("/show") }))
        .route("/3/device/{token}", post(|| async { StatusCode::GONE }))
        .route("/unavailable", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/odd", get(|| async { StatusCode::from_u16(799).unwrap() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

fn client(middleware: TraceMiddleware) -> ClientWithMiddleware {
    ClientBuilder::new(reqwest::Client::new()).with(middleware).build()
}

/// Where nobody listens.
async fn nowhere() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

/// The lines of the histogram's counts.
fn counts(telemetry: &TestTelemetry) -> Vec<String> {
    let metrics = telemetry.metrics_text();
    let counts =
        metrics.lines().filter_map(|line| line.strip_prefix("http_client_request_duration_seconds_count"));
    counts.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_request_is_a_client_span_by_the_conventions() {
    let telemetry = TestTelemetry::new();
    let url = serve().await;
    let client = client(TraceMiddleware::new());
    telemetry.root("handler").try_run(client.get(format!("{url}/show")).send()).await.unwrap();
    let span = telemetry.span("GET");
    assert_eq!(span.data().span_kind, opentelemetry::trace::SpanKind::Client);
    assert_eq!((span.parent(), &*span.outcome(), span.error_type()), (Some("handler"), "ok", None));
    let port = url.rsplit(':').next().unwrap();
    for (key, value) in [
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("network.protocol.version", "1.1"),
        ("server.address", "127.0.0.1"),
        ("server.port", port),
        ("url.full", &format!("{url}/REDACTED")),
    ] {
        assert_eq!(span.attribute(key).as_deref(), Some(value), "{key}");
    }
    assert_eq!(span.attribute("http.request.resend_count"), None);
    assert_eq!(counts(&telemetry), [r#"{host="127.0.0.1",method="GET",status="200"} 1"#]);
}

/// Stands below the middleware, where a request is sent.
struct Below;

#[async_trait::async_trait]
impl Middleware for Below {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let response = next.run(request, extensions).await;
        Ctx::current().set("below", true);
        response
    }
}

#[tokio::test]
async fn what_runs_while_a_request_is_sent_is_in_its_span() {
    let telemetry = TestTelemetry::new();
    let url = serve().await;
    let client = ClientBuilder::new(reqwest::Client::new()).with(TraceMiddleware::new()).with(Below).build();
    telemetry.root("handler").run(client.get(format!("{url}/show")).send()).await.unwrap();
    assert_eq!(telemetry.span_tree_with(&["below"]), "handler\n  GET below=true\n");
}

#[tokio::test]
async fn no_token_credential_or_value_of_a_query_is_anywhere() {
    let telemetry = TestTelemetry::new();
    let url = serve().await;
    let client = client(TraceMiddleware::new());
    let push = client
        .post(format!("{url}/3/device/00fc13adff785122?topic=secret7&alice@b.example#part"))
        .with_extension(UrlTemplate("/3/device/{token}"))
        .header("authorization", "bearer hunter2");
    // A builder of requests makes a header of credentials; in a request that is made as it is they stay where they are.
    let url_with_password = format!("{url}/3/device/00fc13adff785122").replace("//", "//alice:hunter2@");
    let bare = Request::new(Method::GET, url_with_password.parse().unwrap());
    telemetry
        .root("handler")
        .run(async {
            assert_eq!(push.send().await.unwrap().status(), StatusCode::GONE);
            client.execute(bare).await.unwrap();
        })
        .await;
    let masked = url.replace("//", "//REDACTED:REDACTED@");
    assert_eq!(
        telemetry.span_tree_with(&["url.template", "url.full"]),
        format!(
            "handler\n  \
             POST /3/device/{{token}} [error: 410] url.template=/3/device/{{token}} \
             url.full={url}/3/device/{{token}}?topic=REDACTED&REDACTED=REDACTED\n  \
             GET [error: 405] url.full={masked}/REDACTED\n"
        )
    );
    let everything = format!("{:?}{}", telemetry.spans(), telemetry.metrics_text());
    for secret in ["00fc13adff785122", "hunter2", "secret7", "alice", "#part"] {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_path_is_shown_if_asked_for() {
    let telemetry = TestTelemetry::new();
    let url = serve().await;
    let client = client(TraceMiddleware::new().show_path(true));
    let shown = client.get(format!("{url}/show?a=1"));
    let hidden = client.post(format!("{url}/3/device/00fc")).with_extension(UrlTemplate("/3/device/{token}"));
    telemetry.root("handler").run(async { (shown.send().await, hidden.send().await) }).await.0.unwrap();
    assert_eq!(telemetry.span("GET").attribute("url.full").unwrap(), format!("{url}/show?a=REDACTED"));
    let push = telemetry.span("POST /3/device/{token}");
    assert_eq!(push.attribute("url.full").unwrap(), format!("{url}/3/device/{{token}}"));
}

/// What a server gets of a trace that carries state and baggage, from a client with this middleware.
async fn received(telemetry: &TestTelemetry, middleware: TraceMiddleware) -> String {
    let remote = [
        ("traceparent".to_owned(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        ("tracestate".to_owned(), "foo=1".to_owned()),
        ("baggage".to_owned(), "tenant=7".to_owned()),
    ];
    let request = client(middleware).get(format!("{}/show", serve().await)).header("traceparent", "by hand");
    let sent =
        telemetry.root("handler").under(spanweave::propagate::extract(&remote.to_vec())).run(request.send());
    sent.await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn the_trace_goes_along_and_baggage_only_to_whom_it_is_for() {
    let telemetry = TestTelemetry::new();
    let anybody = received(&telemetry, TraceMiddleware::new()).await;
    let ours = received(&telemetry, TraceMiddleware::new().propagate_to(|url| url.path() == "/show")).await;
    let theirs = received(&telemetry, TraceMiddleware::new().propagate_to(|_| false)).await;
    let spans = telemetry.spans();
    let parents: Vec<_> = spans
        .iter()
        .filter(|span| span.name == "GET")
        .map(|span| format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", span.span_context.span_id()))
        .collect();
    assert_eq!(anybody, format!("traceparent: {}\ntracestate: foo=1\n", parents[0]));
    assert_eq!(ours, format!("traceparent: {}\ntracestate: foo=1\nbaggage: tenant=7\n", parents[1]));
    assert_eq!(theirs, "traceparent: by hand\n");
}

#[tokio::test]
async fn a_handle_that_propagates_nothing_sends_nothing() {
    let telemetry = spanweave::Telemetry::builder().propagators(Propagators::none()).build().unwrap();
    let request = client(TraceMiddleware::new()).get(format!("{}/show", serve().await));
    let response = telemetry.root("handler").run(request.send()).await.unwrap();
    assert_eq!(response.text().await.unwrap(), "");
}

#[tokio::test]
async fn every_attempt_of_a_retry_is_a_span() {
    let telemetry = TestTelemetry::new();
    let url = serve().await;
    let policy = ExponentialBackoff::builder()
        .retry_bounds(Duration::from_millis(1), Duration::from_millis(2))
        .build_with_max_retries(2);
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(RetryTransientMiddleware::new_with_policy(policy))
        .with(TraceMiddleware::new())
        .build();
    let sent = telemetry.root("handler").run(client.get(format!("{url}/unavailable")).send()).await;
    assert_eq!(sent.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        telemetry.span_tree_with(&["http.request.resend_count"]),
        "\
handler
  GET [error: 503]
  GET [error: 503] http.request.resend_count=1
  GET [error: 503] http.request.resend_count=2
"
    );
    assert_eq!(counts(&telemetry), [r#"{host="127.0.0.1",method="GET",status="503"} 3"#]);
}

#[tokio::test]
async fn redirects_are_part_of_their_request() {
    let telemetry = TestTelemetry::new();
    let url = serve().await;
    let client = client(TraceMiddleware::new());
    let sent = telemetry.root("handler").run(client.get(format!("{url}/moved")).send()).await.unwrap();
    assert_eq!(sent.url().path(), "/show");
    assert_eq!(
        telemetry.span_tree_with(&["http.response.status_code"]),
        "handler\n  GET http.response.status_code=200\n"
    );
}

#[tokio::test]
async fn what_has_no_response_has_a_class() {
    let telemetry = TestTelemetry::new();
    let url = serve().await;
    let short = Duration::from_millis(20);
    let client = client(TraceMiddleware::new());
    let (refused, late) = (nowhere().await, format!("{url}/slowly"));
    telemetry
        .root("handler")
        .run(async {
            let refused = client.get(&refused).send().await.unwrap_err();
            let late = client.get(&late).timeout(short).send().await.unwrap_err();
            assert_eq!((refused.error_class(), late.error_class()), ("connect", "timeout"));
            let no_host = Request::new(Method::GET, "data:text/plain,a".parse().unwrap());
            client.execute(no_host).await.unwrap_err();
            client.get(format!("{url}/odd")).send().await.unwrap();
        })
        .await;
    assert_eq!(
        telemetry.span_tree_with(&["http.response.status_code"]),
        "\
handler
  GET [error: connect]
  GET [error: timeout]
  GET [error: builder]
  GET http.response.status_code=799
"
    );
    assert_eq!(
        counts(&telemetry),
        [
            r#"{host="127.0.0.1",method="GET",status="799"} 1"#,
            r#"{host="127.0.0.1",method="GET",status="connect"} 1"#,
            r#"{host="127.0.0.1",method="GET",status="timeout"} 1"#,
            r#"{host="other",method="GET",status="builder"} 1"#,
        ]
    );
}

#[tokio::test]
async fn a_request_that_is_dropped_was_cancelled() {
    let telemetry = TestTelemetry::new();
    let url = serve().await;
    let client = client(TraceMiddleware::new());
    let request = client.get(format!("{url}/slowly")).send();
    let hour = tokio::time::timeout(Duration::from_millis(20), request);
    telemetry.root("handler").run(hour).await.unwrap_err();
    assert_eq!(telemetry.span_tree(), "handler\n  GET [cancelled]\n");
    assert_eq!(counts(&telemetry), [r#"{host="127.0.0.1",method="GET",status="cancelled"} 1"#]);
}

#[tokio::test]
async fn a_panic_below_the_middleware_is_one() {
    let telemetry = TestTelemetry::new();
    let client = client(TraceMiddleware::new().propagate_to(|_| panic!("on purpose")));
    let request = telemetry.root("handler").run(client.get("http://127.0.0.1/").send());
    assert!(tokio::spawn(request).await.unwrap_err().is_panic());
    assert_eq!(telemetry.span_tree(), "handler [panicked]\n  GET [panicked]\n");
    assert_eq!(counts(&telemetry), [r#"{host="127.0.0.1",method="GET",status="panicked"} 1"#]);
}

struct Vendor {
    client: ClientWithMiddleware,
}

#[traced_client]
impl Vendor {
    pub async fn ask(&self, url: String) -> Result<u16> {
        Ok(self.client.get(url).send().await?.status().as_u16())
    }
}

#[tokio::test]
async fn a_method_that_passes_the_error_on_has_its_class() {
    let telemetry = TestTelemetry::new();
    let vendor = Vendor { client: client(TraceMiddleware::new()) };
    telemetry.root("handler").try_run(vendor.ask(nowhere().await)).await.unwrap_err();
    let tree = telemetry.span_tree();
    assert!(tree.ends_with("  Vendor.ask [error: connect]\n    GET [error: connect]\n"), "{tree}");
}
