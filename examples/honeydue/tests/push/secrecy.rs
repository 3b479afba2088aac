//! A push token is in no span, no metric, no line of the log, no error and no answer.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use honeydue::notifications::{Category, DeviceInput};
use honeydue::push::{PushError, PushToken};
use serde_json::json;
use spanweave::Telemetry;
use spanweave::logs::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

use crate::common::vendor::{Answer, answer};
use crate::server::Server;
use crate::{ANDROID_TOKEN, IOS_TOKEN};

/// A log that a test reads.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

#[track_caller]
fn assert_secret(of: &str, text: &str) {
    for token in [IOS_TOKEN, ANDROID_TOKEN] {
        if let Some(at) = text.find(token) {
            panic!("{of}: …{}", &text[at.saturating_sub(200)..at + token.len()]);
        }
    }
}

/// An error with all its causes, as logs and jobs write it.
fn shown(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        writeln!(text, "{error} {error:?}").unwrap();
        next = error.source();
    }
    text
}

#[tokio::test]
async fn a_token_is_shown_nowhere() {
    let answers: [fn(&str) -> Answer; 4] = [
        |_| answer(200, "{}"),
        |token| answer(400, json!({ "reason": token, "error": { "message": token } })),
        |_| answer(503, json!({ "reason": "Shutdown" })),
        |_| answer(410, json!({ "reason": "Unregistered" })),
    ];
    for respond in answers {
        let server = Server::start(move |_| respond(IOS_TOKEN), move |_| respond(ANDROID_TOKEN)).await;
        let log = Log::default();
        let layer = server.telemetry().logs().level(LevelFilter::TRACE).writer(log.clone()).layer().unwrap();
        let logging = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

        let user = server.user().await;
        for (platform, token) in [("ios", IOS_TOKEN), ("android", ANDROID_TOKEN)] {
            let input = json!({ "platform": platform, "push_token": token });
            assert_secret("the answer", &user.post("/api/devices/", &input).await.to_string());
        }
        let delivered = server.deliver(server.notify(&user, Category::TaskDue).await).await;
        if let Err(error) = &delivered {
            tracing::error!(error = error as &dyn Error, debug = ?error, "a job failed");
            assert_secret("the error", &shown(error));
        }
        drop(logging);

        assert_eq!(server.apple.received().len(), 1);
        assert_eq!(server.google.received().len(), 1);
        assert_secret("a span", &format!("{:?}", server.telemetry().spans()));
        assert_secret("a metric", &Telemetry::metrics_text(server.telemetry()));
        assert!(server.telemetry().flush(Duration::from_secs(30)));
        assert!(log.text().contains("\"target\":\"h2::"), "the client's frames are logged at this level");
        assert_secret("the log", &log.text());
    }
}

#[test]
fn a_device_that_is_registered_is_not_shown_by_debug() {
    let input = json!({ "platform": "ios", "push_token": IOS_TOKEN });
    let input: DeviceInput = serde_json::from_value(input).unwrap();
    assert_secret("the input", &format!("{input:?}"));
    assert_secret("the token", &format!("{:?}", PushToken::from(IOS_TOKEN.to_owned())));
}

#[tokio::test]
async fn an_error_of_the_client_has_no_url() {
    let url = format!("http://127.0.0.1:1/3/device/{IOS_TOKEN}");
    let error = reqwest::get(url).await.unwrap_err();
    assert!(format!("{error:?}").contains(IOS_TOKEN), "or there is nothing to take away");
    assert_secret("the error", &shown(&PushError::from(error)));
}
