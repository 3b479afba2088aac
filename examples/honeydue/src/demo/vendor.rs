//! Somebody who answers as Apple's push service does, over HTTP/2 on this machine.

use std::collections::HashMap;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use rcgen::KeyPair;
use serde_json::json;
use tokio::net::TcpListener;

use crate::error::StartError;

/// What becomes of a push to a device.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    /// It is delivered.
    Delivered,
    /// The app is not on the device any more.
    Gone,
    /// The service is busy so many times more, and then it is delivered.
    Busy(u32),
}

type Answers = Arc<Mutex<HashMap<String, Answer>>>;

/// The service. It ends with the process.
pub(super) struct Vendor {
    url: String,
    key: String,
    answers: Answers,
}

impl Vendor {
    pub(super) async fn start() -> Result<Vendor, StartError> {
        let answers = Answers::default();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new().route("/3/device/{token}", post(answer)).with_state(Arc::clone(&answers));
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(Vendor { url, key: KeyPair::generate()?.serialize_pem(), answers })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// A key of a developer account, made for this run.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The token of a device whose pushes are answered so.
    pub(super) fn device(&self, answer: Answer) -> String {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let token = format!("{:064x}", answers.len() + 1);
        answers.insert(token.clone(), answer);
        token
    }
}

async fn answer(State(answers): State<Answers>, Path(token): Path<String>) -> Response {
    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    let refused = |status, reason: &str| (status, Json(json!({ "reason": reason }))).into_response();
    match answers.get_mut(&token) {
        Some(Answer::Delivered | Answer::Busy(0)) => StatusCode::OK.into_response(),
        Some(Answer::Busy(times)) => {
            *times -= 1;
            refused(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable")
        }
        Some(Answer::Gone) | None => refused(StatusCode::GONE, "Unregistered"),
    }
}
