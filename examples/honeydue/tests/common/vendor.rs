//! A server that speaks HTTP/2 without encryption, and answers what a test says.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::routing::post;
use axum::{Json, Router};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

/// What a vendor was sent.
#[derive(Clone, Debug)]
pub struct Received {
    pub version: Version,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("there is no {name}")).to_str().unwrap()
    }
}

/// What it answers.
pub enum Answer {
    Now(Response<String>),
    Never,
}

#[expect(clippy::needless_pass_by_value, reason = "what a test has just made")]
pub fn answer(status: u16, body: impl ToString) -> Answer {
    Answer::Now(Response::builder().status(status).body(body.to_string()).unwrap())
}

pub struct Vendor {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Vendor {
    /// One that answers each request by the function.
    pub async fn start(answers: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Vendor {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let vendor = Vendor { url: url(&listener), received: Arc::default() };
        tokio::spawn(vendor.serve(listener, Arc::new(answers)));
        vendor
    }

    /// One that answers with these in turn, and then with 200.
    pub async fn answering(answers: impl IntoIterator<Item = Answer>) -> Vendor {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        let answers = Mutex::new(answers);
        Vendor::start(move |_| answers.lock().unwrap().pop().unwrap_or_else(|| answer(200, ""))).await
    }

    /// One whose first connection is treated by the function, and the others as usual.
    pub async fn after<F>(first: impl FnOnce(TcpStream) -> F + Send + 'static) -> Vendor
    where
        F: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let vendor = Vendor { url: url(&listener), received: Arc::default() };
        let received = Arc::clone(&vendor.received);
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            first(stream).await;
            let vendor = Vendor { url: String::new(), received };
            vendor.serve(listener, Arc::new(|_: &Received| answer(200, ""))).await;
        });
        vendor
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    fn serve<A>(&self, listener: TcpListener, answers: Arc<A>) -> impl Future<Output = ()> + Send + use<A>
    where
        A: Fn(&Received) -> Answer + Send + Sync + 'static,
    {
        let received = Arc::clone(&self.received);
        async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (received, answers) = (Arc::clone(&received), Arc::clone(&answers));
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let (received, answers) = (Arc::clone(&received), Arc::clone(&answers));
                        async move { respond(request, &received, &*answers).await }
                    });
                    let connection = http2::Builder::new(TokioExecutor::new());
                    // Clients may leave as they like.
                    let _left = connection.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        }
    }
}

async fn respond(
    request: Request<Incoming>,
    received: &Mutex<Vec<Received>>,
    answers: &impl Fn(&Received) -> Answer,
) -> Result<Response<String>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let request = Received {
        version: parts.version,
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    received.lock().unwrap().push(request.clone());
    match answers(&request) {
        Answer::Now(response) => Ok(response),
        Answer::Never => std::future::pending().await,
    }
}

/// Google's servers of access tokens.
pub struct TokenServer {
    pub url: String,
    assertions: Arc<Mutex<Vec<String>>>,
}

impl TokenServer {
    /// One that gives a token to everybody who asks, and remembers by what they proved who they are.
    pub async fn start() -> TokenServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = TokenServer { url: format!("{}/token", url(&listener)), assertions: Arc::default() };
        let assertions = Arc::clone(&server.assertions);
        let give = move |form: String| async move {
            let assertion = form.split('&').find_map(|pair| pair.strip_prefix("assertion=")).unwrap();
            assertions.lock().unwrap().push(assertion.to_owned());
            Json(json!({ "access_token": "ya29.access", "expires_in": 3_600, "token_type": "Bearer" }))
        };
        let router = Router::new().route("/token", post(give));
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    pub fn assertions(&self) -> Vec<String> {
        self.assertions.lock().unwrap().clone()
    }
}

fn url(listener: &TcpListener) -> String {
    format!("http://{}", listener.local_addr().unwrap())
}
