//! Servers that are not there, do not answer, or hang up. Both clients are the same in this, so it is Apple's that is tried.

use std::time::Duration;

use honeydue::push::apns::ApnsClient;
use honeydue::push::{PushError, PushToken};
use spanweave::ErrorClass;
use spanweave::testing::TestTelemetry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::common::keys;
use crate::common::vendor::{Answer, Vendor};
use crate::{IOS_TOKEN, counts, message};

/// What a server that hangs up gives as its reason.
const NO_ERROR: u8 = 0x0;
const ENHANCE_YOUR_CALM: u8 = 0xb;

async fn send(telemetry: &TestTelemetry, url: &str, timeout: Duration) -> Result<(), PushError> {
    let client = ApnsClient::new(&keys::apns_config(url, &keys::ecdsa())).unwrap().timeout(timeout);
    let (token, message) = (PushToken::from(IOS_TOKEN.to_owned()), message());
    telemetry.root("test").run(client.send(&token, &message)).await
}

/// Without an answer there is no status.
#[track_caller]
fn assert_unanswered(telemetry: &TestTelemetry, error: &PushError, reason: &str) {
    assert!(matches!(error, PushError::NoAnswer(_)), "{error:?}");
    assert!(error.is_transient());
    assert_eq!(error.error_class(), "error");
    let tree = telemetry.span_tree_with(&["status_code", "reason"]);
    assert_eq!(tree, format!("test\n  apns.Send [error: error] reason={reason}\n"));
    assert_eq!(counts(&telemetry.metrics_text(), "apns_send_duration_seconds"), ["{result=\"error\"} 1"]);
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let telemetry = TestTelemetry::new();
    let error = send(&telemetry, &url, Duration::from_secs(30)).await.unwrap_err();
    assert_unanswered(&telemetry, &error, "connect");
}

#[tokio::test]
async fn nothing_is_answered() {
    let vendor = Vendor::answering([Answer::Never]).await;
    let telemetry = TestTelemetry::new();
    let error = send(&telemetry, &vendor.url, Duration::from_millis(200)).await.unwrap_err();
    assert_unanswered(&telemetry, &error, "timeout");
}

/// Waits for a request, and answers it with nothing but the end of the connection.
async fn go_away(mut stream: TcpStream, error_code: u8) {
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    // No stream was looked at: the last one is number 0.
    let go_away = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, error_code];
    stream.write_all(&settings).await.unwrap();
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.unwrap();
    while frame_type(&mut stream).await != HEADERS {}
    stream.write_all(&go_away).await.unwrap();
    // What is not read would make the end a reset, which may overtake what was written.
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.unwrap();
}

const HEADERS: u8 = 1;

/// The type of the next frame, which is read.
async fn frame_type(stream: &mut TcpStream) -> u8 {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut payload).await.unwrap();
    head[3]
}

#[tokio::test]
async fn a_server_that_stops_is_asked_again_on_another_connection() {
    let vendor = Vendor::after(|stream| go_away(stream, NO_ERROR)).await;
    let telemetry = TestTelemetry::new();
    send(&telemetry, &vendor.url, Duration::from_secs(30)).await.unwrap();
    assert_eq!(vendor.received().len(), 1);
    assert_eq!(counts(&telemetry.metrics_text(), "apns_send_duration_seconds"), ["{result=\"ok\"} 1"]);
}

#[tokio::test]
async fn a_server_that_had_enough_of_us_is_left_alone() {
    let vendor = Vendor::after(|stream| go_away(stream, ENHANCE_YOUR_CALM)).await;
    let telemetry = TestTelemetry::new();
    let error = send(&telemetry, &vendor.url, Duration::from_secs(30)).await.unwrap_err();
    assert_unanswered(&telemetry, &error, "connection");
    assert!(vendor.received().is_empty());
}

#[tokio::test]
async fn a_server_that_hangs_up() {
    let vendor = Vendor::after(|stream| async { drop(stream) }).await;
    let telemetry = TestTelemetry::new();
    let error = send(&telemetry, &vendor.url, Duration::from_secs(30)).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
}
