//! `/metrics` as it is scraped: while calls are recorded, and over the wire.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use axum::Router;
use http::HeaderMap;
use spanweave::testing::TestTelemetry;
use spanweave::{MetricsFormat, Telemetry, traced};

use crate::family::lines;

#[derive(Debug)]
struct Refused;

#[traced]
fn refuse_to(name: &str) -> Result<(), Refused> {
    if name.is_empty() { Ok(()) } else { Err(Refused) }
}

/// The calls of the method, by what tells them apart.
fn calls(text: &str) -> HashMap<&str, u64> {
    let of_method = text.lines().filter(|line| line.contains(r#"method="refuse_to""#));
    let counters =
        of_method.filter_map(|line| line.rsplit_once(' ').filter(|(name, _)| name.contains("_total{")));
    counters.map(|(name, value)| (name, value.parse().unwrap())).collect()
}

/// A counter that goes down is one that began again, so that a rate would count all of it once more.
#[test]
fn no_counter_goes_down_while_calls_are_recorded() {
    let telemetry = TestTelemetry::new();
    let done = AtomicBool::new(false);
    let record = || {
        telemetry.root("calls").in_scope(|_| {
            while !done.load(Relaxed) {
                for name in ["a", "b", "", "c"] {
                    let _ended = refuse_to(name);
                }
            }
        });
    };
    let before = std::thread::scope(|scope| {
        scope.spawn(record);
        let mut pages = vec![telemetry.metrics(MetricsFormat::Text)];
        for _ in 0..100 {
            pages.push(telemetry.metrics(MetricsFormat::Text));
        }
        done.store(true, Relaxed);
        pages
    });
    for pages in before.windows(2) {
        let [before, after] = [&pages[0], &pages[1]].map(|page| calls(page));
        for (name, value) in before {
            assert!(after[name] >= value, "{name} was {value} and is {}", after[name]);
        }
        let errors: Vec<_> =
            after.iter().filter(|(name, _)| name.contains("rror")).map(|(_, of)| *of).collect();
        assert!(errors.iter().all(|of| *of == errors[0]), "{after:?}");
    }
    assert_eq!(lines(&telemetry.metrics_text(), "method_errors_total").lines().count(), 1);
}

async fn scraped(url: &str, accept_encoding: &str) -> (HeaderMap, Vec<u8>) {
    let request = reqwest::Client::new().get(url).header("accept-encoding", accept_encoding);
    let response = request.send().await.unwrap();
    (response.headers().clone(), response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn who_takes_gzip_gets_it() {
    let telemetry = Telemetry::builder().service_name("zipped").build().unwrap();
    let app: Router = Router::new().merge(telemetry.routes());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });

    let (headers, zipped) = scraped(&url, "gzip;q=0.5, identity;q=0.1").await;
    assert_eq!(headers["content-encoding"], "gzip");
    assert_eq!(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(headers["vary"], "Accept, Accept-Encoding");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*zipped).read_to_string(&mut text).unwrap();
    assert!(text.starts_with("# HELP target_info ") && text.contains(r#"service_name="zipped""#), "{text}");

    for accept_encoding in ["identity", "gzip;q=0", "gzip;q=0.1, identity;q=0.5"] {
        let (headers, text) = scraped(&url, accept_encoding).await;
        assert_eq!(
            (headers.get("content-encoding"), &headers["vary"].as_bytes()[..6]),
            (None, &b"Accept"[..])
        );
        assert!(String::from_utf8(text).unwrap().starts_with("# HELP target_info "));
    }
}
