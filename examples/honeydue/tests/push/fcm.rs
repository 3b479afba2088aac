//! Google's push service.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE;
use honeydue::push::fcm::{ErrorCode, FcmClient};
use honeydue::push::{PushError, PushToken};
use hyper::Version;
use serde_json::{Value, json};
use spanweave::ErrorClass;
use spanweave::testing::TestTelemetry;

use crate::common::vendor::{Answer, TokenServer, Vendor, answer};
use crate::{ANDROID_TOKEN, counts, keys, message};

struct Google {
    vendor: Vendor,
    tokens: TokenServer,
    client: FcmClient,
    telemetry: TestTelemetry,
}

impl Google {
    async fn answering(answers: impl IntoIterator<Item = Answer>) -> Google {
        let (vendor, tokens, key) =
            (Vendor::answering(answers).await, TokenServer::start().await, keys::rsa());
        let client = FcmClient::new(&keys::fcm_config(&vendor.url, &tokens.url, &key)).unwrap();
        Google { vendor, tokens, client, telemetry: TestTelemetry::new() }
    }

    async fn send(&self) -> Result<(), PushError> {
        let token = PushToken::from(ANDROID_TOKEN.to_owned());
        self.telemetry.root("test").run(self.client.send(&token, &message())).await
    }
}

/// As Google documents: the code is that of an `FcmError` among the details.
fn refusal(status: u16, message: &str, details: &Value) -> Answer {
    answer(
        status,
        json!({ "error": { "code": status, "message": message, "status": "X", "details": details } }),
    )
}

fn fcm_error(code: &str) -> Value {
    json!({ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code })
}

fn bad_request(field: &str) -> Value {
    json!({
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{ "field": field, "description": "Invalid value" }],
    })
}

#[tokio::test]
async fn a_message_is_sent_as_google_documents() {
    let google =
        Google::answering([answer(200, json!({ "name": "projects/honeydue-test/messages/0:1" }))]).await;
    google.send().await.unwrap();

    let sent = &google.vendor.received()[0];
    assert_eq!(sent.version, Version::HTTP_2);
    assert_eq!(sent.path, "/v1/projects/honeydue-test/messages:send");
    assert_eq!(sent.header("authorization"), "Bearer ya29.access");
    assert!(!sent.headers.contains_key("traceparent"), "traces are nothing for vendors");
    assert_eq!(
        sent.body,
        json!({
            "message": {
                "token": ANDROID_TOKEN,
                "notification": { "title": "Due", "body": "Clean the gutters" },
                "android": { "notification": { "tag": "notification-7" } },
                "data": { "notification_id": "7", "task_id": "3", "category": "TASK_DUE" },
            }
        })
    );
}

#[tokio::test]
async fn an_access_token_is_asked_for_once_and_for_messages_only() {
    let google = Google::answering([]).await;
    for _ in 0..2 {
        google.send().await.unwrap();
    }
    let assertions = google.tokens.assertions();
    assert_eq!(assertions.len(), 1);
    // The library pads its Base64.
    let claims = assertions[0].replace("%3D", "=").split('.').nth(1).map(|part| BASE64_URL_SAFE.decode(part));
    let claims: Value = serde_json::from_slice(&claims.unwrap().unwrap()).unwrap();
    assert_eq!(claims["scope"], "https://www.googleapis.com/auth/firebase.messaging");
    assert_eq!(claims["iss"], "push@honeydue-test.iam.gserviceaccount.com");
    assert_eq!(claims["aud"], google.tokens.url);
}

#[tokio::test]
async fn each_message_is_a_span_and_a_duration() {
    let refusal = refusal(404, "Requested entity was not found.", &json!([fcm_error("UNREGISTERED")]));
    let google = Google::answering([answer(200, "{}"), refusal]).await;
    google.send().await.unwrap();
    google.send().await.unwrap_err();
    assert_eq!(
        google.telemetry.span_tree_with(&["status_code", "reason"]),
        "test\n\
         \x20 fcm.Send status_code=200\n\
         test [error: bad_token]\n\
         \x20 fcm.Send [error: bad_token] status_code=404 reason=UNREGISTERED\n"
    );
    assert_eq!(
        counts(&google.telemetry.metrics_text(), "fcm_send_duration_seconds"),
        ["{result=\"bad_token\"} 1", "{result=\"ok\"} 1"]
    );
}

#[tokio::test]
async fn every_code_of_google_has_its_result() {
    let codes = ErrorCode::DOCUMENTED.iter();
    let google =
        Google::answering(codes.map(|(code, status)| refusal(*status, "", &json!([fcm_error(code.name())]))))
            .await;
    for &(code, status) in ErrorCode::DOCUMENTED {
        let error = google.send().await.unwrap_err();
        let class = match code.name() {
            "UNREGISTERED" | "SENDER_ID_MISMATCH" => "bad_token",
            _ => "error",
        };
        assert_eq!((error.reason(), error.error_class()), (code.name(), class));
        let is_transient =
            matches!(code.name(), "QUOTA_EXCEEDED" | "UNAVAILABLE" | "INTERNAL" | "UNSPECIFIED_ERROR");
        assert_eq!(error.is_transient(), is_transient, "{}", code.name());
        let on_span = format!("status_code={status} reason={}\n", code.name());
        let tree = google.telemetry.span_tree_with(&["status_code", "reason"]);
        assert!(tree.ends_with(&on_span), "{on_span}: {tree}");
    }
    assert_eq!(
        counts(&google.telemetry.metrics_text(), "fcm_send_duration_seconds"),
        ["{result=\"bad_token\"} 2", "{result=\"error\"} 6"]
    );
}

#[tokio::test]
async fn an_invalid_argument_is_a_bad_token_where_it_is_about_the_token() {
    let of_token = "The registration token is not a valid FCM registration token";
    for (message, details, class) in [
        (of_token, json!([fcm_error("INVALID_ARGUMENT")]), "bad_token"),
        ("", json!([bad_request("message.token"), fcm_error("INVALID_ARGUMENT")]), "bad_token"),
        ("", json!([fcm_error("INVALID_ARGUMENT"), bad_request("message.data")]), "error"),
        ("", json!([bad_request("message.token")]), "error"),
    ] {
        let google = Google::answering([refusal(400, message, &details)]).await;
        assert_eq!(google.send().await.unwrap_err().error_class(), class, "{message} {details}");
    }
}

#[tokio::test]
async fn what_google_does_not_document_is_an_error_by_its_status() {
    let bodies = [
        json!({ "error": { "status": "UNAUTHENTICATED", "message": "x" } }).to_string(),
        json!({ "error": { "details": [fcm_error("SOMETHING_NEW")] } }).to_string(),
        json!({ "error": { "details": [{ "@type": "x" }, {}] } }).to_string(),
        json!({ "error": 5 }).to_string(),
        "<html>".to_owned(),
        String::new(),
        "x".repeat(1 << 20),
    ];
    for body in bodies {
        let statuses = [(400, false), (401, false), (502, true), (429, true)];
        let google = Google::answering(statuses.map(|(status, _)| answer(status, &body))).await;
        for (status, is_transient) in statuses {
            let error = google.send().await.unwrap_err();
            assert_eq!((error.reason(), error.error_class()), ("OTHER", "error"));
            assert_eq!(error.is_transient(), is_transient, "{status}");
        }
    }
}

#[tokio::test]
async fn without_an_access_token_nothing_is_sent() {
    let vendor = Vendor::answering([]).await;
    let refused = TokenServer::start().await.url + "/nothing-here";
    let client = FcmClient::new(&keys::fcm_config(&vendor.url, &refused, &keys::rsa())).unwrap();
    let (telemetry, token) = (TestTelemetry::new(), PushToken::from(ANDROID_TOKEN.to_owned()));
    let error = telemetry.root("test").run(client.send(&token, &message())).await.unwrap_err();
    assert!(matches!(error, PushError::Credentials(_)) && error.is_transient(), "{error:?}");
    assert!(vendor.received().is_empty());
    assert_eq!(
        telemetry.span_tree_with(&["status_code", "reason"]),
        "test [error: error]\n  fcm.Send [error: error] reason=credentials\n"
    );
}

#[test]
fn accounts_that_are_none_are_errors_of_the_configuration() {
    for account in ["", "{}", "{\"project_id\":\"../x\"}"] {
        let config = honeydue::config::FcmConfig {
            url: "http://localhost".to_owned(),
            service_account: account.into(),
        };
        let Err(error) = FcmClient::new(&config) else { panic!("it is taken: {account}") };
        assert_eq!(error.to_string(), "FCM_SERVICE_ACCOUNT: it is no service account's key as JSON");
    }
}
