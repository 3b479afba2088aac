//! Requests that are sent with reqwest, over real sockets: spans, headers, retries, statuses, and what is not shown.

use std::time::Duration;

use axum::Router;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::{get, post};
use reqwest::{Method, Request, Response};
use reqwest_middleware::{
    ClientBuilder, ClientWithMiddleware, Error, Middleware, Next, RequestBuilder, Result,
};
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
        .route("/round", get(|| async { Redirect::temporary("/round") }))
        .route("/3/device/{token}", post(|| async { StatusCode::GONE }))
        .route("/unavailable", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/odd", get(|| async { StatusCode::from_u16(799).unwrap() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    // Nobody measures it, but its host has answered.
    client(TraceMiddleware::new()).get(format!("http://{address}/show")).send().await.unwrap();
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
    of_metric(telemetry, "http_client_request_duration_seconds_count")
}

fn of_metric(telemetry: &TestTelemetry, name: &str) -> Vec<String> {
    let metrics = telemetry.metrics_text();
    metrics.lines().filter_map(|line| line.strip_prefix(name)).map(str::to_owned).collect()
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

/// The headers that a handler was asked with.
const INBOUND: [(&str, &str); 3] = [
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "foo=1"),
    ("baggage", "tenant=7"),
];

/// A request of a client with this middleware.
async fn request(middleware: TraceMiddleware) -> RequestBuilder {
    client(middleware).get(format!("{}/show", serve().await))
}

/// What a server gets of a trace that carries state and baggage.
async fn received(telemetry: &TestTelemetry, request: RequestBuilder) -> String {
    let remote = INBOUND.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let root = telemetry.root("handler").under(spanweave::propagate::extract(&remote));
    root.run(request.send()).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn the_trace_goes_along_and_baggage_only_to_whom_it_is_for() {
    let telemetry = TestTelemetry::new();
    let own = async |middleware| request(middleware).await.header("traceparent", "by hand");
    let anybody = received(&telemetry, own(TraceMiddleware::new()).await).await;
    let belongs = TraceMiddleware::new().propagate_to(|url| url.path() == "/show");
    let ours = received(&telemetry, own(belongs).await).await;
    let theirs = received(&telemetry, own(TraceMiddleware::new().propagate_to(|_| false)).await).await;
    let spans = telemetry.spans();
    let parents: Vec<_> = spans
        .iter()
        .filter(|span| span.name == "GET")
        .map(|span| format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", span.span_context.span_id()))
        .collect();
    assert_eq!(anybody, format!("traceparent: {}\ntracestate: foo=1\n", parents[0]));
    assert_eq!(ours, format!("traceparent: {}\ntracestate: foo=1\nbaggage: tenant=7\n", parents[1]));
    assert_eq!(theirs, "");
}

/// A handler may forward whatever headers it was asked with.
#[tokio::test]
async fn no_header_of_a_trace_goes_where_it_is_not_for() {
    let telemetry = TestTelemetry::new();
    let forwarding = async || {
        let request = request(TraceMiddleware::new().propagate_to(|_| false)).await;
        INBOUND.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    assert_eq!(received(&telemetry, forwarding().await).await, "");
    let outside_any_trace = forwarding().await.send().await.unwrap();
    assert_eq!(outside_any_trace.text().await.unwrap(), "");
}

#[tokio::test]
async fn a_handle_that_propagates_nothing_sends_nothing() {
    let telemetry = spanweave::Telemetry::builder().propagators(Propagators::none()).build().unwrap();
    let request = request(TraceMiddleware::new()).await;
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
    assert_eq!(of_metric(&telemetry, "http_client_resends_total"), [r#"{host="127.0.0.1",method="GET"} 2"#]);
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

/// Refuses every request.
struct Refusing;

#[async_trait::async_trait]
impl Middleware for Refusing {
    async fn handle(&self, _: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        Err(Error::middleware(std::io::Error::other("on purpose")))
    }
}

#[tokio::test]
async fn what_has_no_response_for_another_reason_has_the_class_of_that() {
    let telemetry = TestTelemetry::new();
    let url = serve().await;
    let direct = reqwest::Client::builder().no_proxy().build().unwrap();
    let direct = ClientBuilder::new(direct).with(TraceMiddleware::new()).build();
    let refusing =
        ClientBuilder::new(reqwest::Client::new()).with(TraceMiddleware::new()).with(Refusing).build();
    telemetry
        .root("handler")
        .run(async {
            // A name that by RFC 6761 nobody has, and no proxy is asked for.
            direct.get("http://nobody.invalid/").send().await.unwrap_err();
            client(TraceMiddleware::new()).get(format!("{url}/round")).send().await.unwrap_err();
            refusing.get(&url).send().await.unwrap_err();
        })
        .await;
    assert_eq!(
        telemetry.span_tree(),
        "handler\n  GET [error: dns]\n  GET [error: redirect]\n  GET [error: middleware]\n"
    );
    assert_eq!(
        counts(&telemetry),
        [
            r#"{host="127.0.0.1",method="GET",status="middleware"} 1"#,
            r#"{host="127.0.0.1",method="GET",status="redirect"} 1"#,
            r#"{host="other",method="GET",status="dns"} 1"#,
        ],
        "a host that has never answered has no label of its own"
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
    let (telemetry, url) = (TestTelemetry::new(), serve().await);
    let client = client(TraceMiddleware::new().propagate_to(|_| panic!("on purpose")));
    let request = telemetry.root("handler").run(client.get(url).send());
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
