//! Apple's push service.

use std::time::{Duration, SystemTime};

use honeydue::push::apns::{ApnsClient, Reason};
use honeydue::push::{Message, PushError, PushToken};
use hyper::{Response, Version};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::json;
use spanweave::ErrorClass;
use spanweave::testing::TestTelemetry;

use crate::common::keys::{self, Key};
use crate::common::vendor::{Answer, Vendor, answer};
use crate::{IOS_TOKEN, counts, message};

const ON_SPANS: &[&str] = &["topic", "status_code", "reason"];

fn token() -> PushToken {
    PushToken::from(IOS_TOKEN.to_owned())
}

fn client(vendor: &Vendor) -> ApnsClient {
    ApnsClient::new(&keys::apns_config(&vendor.url, &keys::ecdsa())).unwrap()
}

async fn send(telemetry: &TestTelemetry, client: &ApnsClient) -> Result<(), PushError> {
    let message = Message::new(7, Some(3), None, "Due", "Clean the gutters");
    telemetry.root("test").run(client.send(&token(), &message)).await
}

#[tokio::test]
async fn a_message_is_sent_as_apple_documents() {
    let (vendor, telemetry) = (Vendor::answering([]).await, TestTelemetry::new());
    send(&telemetry, &client(&vendor)).await.unwrap();

    let sent = &vendor.received()[0];
    assert_eq!(sent.version, Version::HTTP_2);
    assert_eq!(sent.path, format!("/3/device/{IOS_TOKEN}"));
    assert_eq!(sent.header("apns-topic"), "com.example.honeydue");
    assert_eq!(sent.header("apns-push-type"), "alert");
    assert_eq!(sent.header("apns-priority"), "10");
    assert_eq!(sent.header("apns-collapse-id"), "notification-7");
    let id = sent.header("apns-id");
    assert!(id.len() == 36 && id == id.to_lowercase(), "{id}");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let expires: u64 = sent.header("apns-expiration").parse().unwrap();
    assert!((now + 86_000..=now + 86_400).contains(&expires), "{expires}");
    let aps = json!({ "alert": { "title": "Due", "body": "Clean the gutters" }, "sound": "default" });
    assert_eq!(sent.body, json!({ "aps": aps, "notification_id": 7, "task_id": 3 }));
    assert!(!sent.headers.contains_key("traceparent"), "traces are nothing for vendors");
}

#[tokio::test]
async fn a_category_goes_into_the_message() {
    let (vendor, telemetry) = (Vendor::answering([]).await, TestTelemetry::new());
    let (client, token, message) = (client(&vendor), token(), message());
    telemetry.root("test").run(client.send_with_category(&token, &message)).await.unwrap();
    assert_eq!(vendor.received()[0].body["aps"]["category"], "TASK_DUE");
}

#[tokio::test]
async fn each_message_is_a_span_and_a_duration() {
    let unregistered = answer(410, json!({ "reason": "Unregistered", "timestamp": 1_800_000_000_000_u64 }));
    let (vendor, telemetry) =
        (Vendor::answering([answer(200, ""), unregistered]).await, TestTelemetry::new());
    let (client, token, message) = (client(&vendor), token(), message());
    let pushes = async {
        client.send(&token, &message).await.unwrap();
        client.send_with_category(&token, &message).await.unwrap_err();
    };
    telemetry.root("job").run(pushes).await;
    assert_eq!(
        telemetry.span_tree_with(ON_SPANS),
        "job\n\
         \x20 apns.Send topic=com.example.honeydue status_code=200\n\
         \x20 apns.SendWithCategory [error: bad_token] topic=com.example.honeydue status_code=410 reason=Unregistered\n"
    );
    let kind = format!("{:?}", telemetry.span("apns.Send").data().span_kind);
    assert_eq!(kind, "Client");
    assert_eq!(
        counts(&telemetry.metrics_text(), "apns_send_duration_seconds"),
        ["{result=\"bad_token\"} 1", "{result=\"ok\"} 1"]
    );
}

#[tokio::test]
async fn every_reason_of_apple_has_its_result() {
    let mut results = [("bad_token", 0), ("error", 0)];
    let telemetry = TestTelemetry::new();
    for &(reason, status) in Reason::DOCUMENTED {
        let vendor = Vendor::start(move |_| answer(status, json!({ "reason": reason.name() }))).await;
        let error = send(&telemetry, &client(&vendor)).await.unwrap_err();

        let is_bad_token = matches!(
            reason.name(),
            "BadDeviceToken" | "DeviceTokenNotForTopic" | "Unregistered" | "ExpiredToken"
        );
        let is_transient = matches!(
            reason.name(),
            "IdleTimeout"
                | "TooManyProviderTokenUpdates"
                | "TooManyRequests"
                | "InternalServerError"
                | "ServiceUnavailable"
                | "Shutdown"
        );
        let result = usize::from(!is_bad_token);
        assert_eq!(error.error_class(), results[result].0, "{}", reason.name());
        assert_eq!(error.is_transient(), is_transient, "{}", reason.name());
        assert_eq!(error.reason(), reason.name());
        results[result].1 += 1;

        let on_span = format!("status_code={status} reason={}\n", reason.name());
        let tree = telemetry.span_tree_with(&["status_code", "reason"]);
        assert!(tree.ends_with(&on_span), "{on_span}: {tree}");
    }
    let expected: Vec<_> =
        results.iter().map(|(result, count)| format!("{{result=\"{result}\"}} {count}")).collect();
    assert_eq!(counts(&telemetry.metrics_text(), "apns_send_duration_seconds"), expected);
    assert_eq!(results, [("bad_token", 4), ("error", 28)], "as many as Apple documents");
}

#[tokio::test]
async fn what_apple_does_not_document_is_an_error_by_its_status() {
    let telemetry = TestTelemetry::new();
    let bodies = [
        json!({ "reason": "SomethingNew" }).to_string(),
        json!({ "reason": 5 }).to_string(),
        "<html>".to_owned(),
        String::new(),
        "x".repeat(1 << 20),
    ];
    for body in bodies {
        for (status, is_transient) in [(400, false), (502, true), (429, true), (302, false)] {
            let vendor = Vendor::answering([answer(status, &body)]).await;
            let error = send(&telemetry, &client(&vendor)).await.unwrap_err();
            assert_eq!((error.reason(), error.error_class()), ("Other", "error"));
            assert_eq!(error.is_transient(), is_transient, "{status}");
        }
    }
}

#[tokio::test]
async fn the_time_to_wait_is_told() {
    for (header, expected) in [
        ("120", Some(Duration::from_mins(2))),
        ("99999999999", Some(Duration::from_hours(1))),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("soon", None),
    ] {
        let refusal = Response::builder().status(429).header("retry-after", header);
        let refusal = refusal.body(json!({ "reason": "TooManyRequests" }).to_string()).unwrap();
        let vendor = Vendor::answering([Answer::Now(refusal)]).await;
        let error = send(&TestTelemetry::new(), &client(&vendor)).await.unwrap_err();
        assert_eq!(error.retry_after(), expected, "{header}");
    }
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    iat: u64,
}

/// What the vendor was told, if it was signed with the key.
fn claims(authorization: &str, key: &Key) -> Claims {
    let token = authorization.strip_prefix("bearer ").unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    let key = DecodingKey::from_ec_pem(key.public_pem.as_bytes()).unwrap();
    let verified = jsonwebtoken::decode::<Claims>(token, &key, &validation).unwrap();
    assert_eq!(verified.header.kid.as_deref(), Some("ABC123DEFG"));
    verified.claims
}

#[tokio::test]
async fn apple_can_verify_who_sends() {
    let (vendor, key) = (Vendor::answering([]).await, keys::ecdsa());
    let client = ApnsClient::new(&keys::apns_config(&vendor.url, &key)).unwrap();
    for _ in 0..2 {
        send(&TestTelemetry::new(), &client).await.unwrap();
    }
    let received = vendor.received();
    let claims = claims(received[0].header("authorization"), &key);
    assert_eq!(claims.iss, "DEF123GHIJ");
    let age = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() - claims.iat;
    assert!(age < 60, "{age}");
    assert_eq!(received[0].headers["authorization"], received[1].headers["authorization"], "one for many");
}

#[tokio::test]
async fn a_refused_token_of_ours_is_renewed_once() {
    for reason in ["ExpiredProviderToken", "InvalidProviderToken"] {
        let refusal = || answer(403, json!({ "reason": reason }));
        let vendor = Vendor::answering([refusal(), answer(200, ""), refusal()]).await;
        let (telemetry, key) = (TestTelemetry::new(), keys::ecdsa());
        let client = ApnsClient::new(&keys::apns_config(&vendor.url, &key)).unwrap();

        send(&telemetry, &client).await.unwrap();
        let tree = telemetry.span_tree_with(&["status_code", "reason"]);
        assert_eq!(tree, "test\n  apns.Send status_code=200\n", "one span, of the last answer");
        let error = send(&telemetry, &client).await.unwrap_err();
        assert_eq!((error.reason(), error.is_transient()), (reason, false));

        let received = vendor.received();
        assert_eq!(
            received.len(),
            3,
            "a new token would be refused, too: Apple wants twenty minutes between them"
        );
        let tokens: Vec<_> = received.iter().map(|request| request.header("authorization")).collect();
        assert_ne!(tokens[0], tokens[1]);
        assert_eq!(tokens[1], tokens[2]);
        for token in tokens {
            claims(token, &key);
        }
    }
}
