//! The load: a fixed number of connections that are kept alive, each with its next request after the last answer.
//!
//! It runs on one thread, so that it takes as little as possible of the cores that it shares with the servers. An
//! answer that is not the expected one ends the bench.

use std::time::{Duration, Instant};

use axum::http::header::HOST;
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub const CONNECTIONS: usize = 32;
pub const TURN: Duration = Duration::from_secs(1);

/// What was seen of one turn.
pub struct Turn {
    pub requests: usize,
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

struct Connection(SendRequest<Empty<Bytes>>);

impl Connection {
    async fn open(port: u16) -> Connection {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
        stream.set_nodelay(true).expect("it is a TCP socket");
        let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("the server speaks HTTP");
        // Ends with its sender. What fails in it fails the request, too.
        tokio::spawn(connection);
        Connection(sender)
    }

    async fn get(&mut self, path: &'static str) -> Bytes {
        self.0.ready().await.expect("the server keeps the connection");
        let request = Request::get(path).header(HOST, "127.0.0.1").body(Empty::new());
        let response = self.0.send_request(request.expect("the request is valid")).await;
        let response = response.expect("the server answers");
        assert_eq!(response.status(), StatusCode::OK, "of {path}");
        response.into_body().collect().await.expect("the answer is whole").to_bytes()
    }

    /// The time of each request.
    async fn repeat(mut self, path: &'static str, expected: Bytes, end: Instant) -> Vec<Duration> {
        let mut times = Vec::new();
        let mut now = Instant::now();
        while now < end {
            assert_eq!(self.get(path).await, expected, "of {path}");
            let before = std::mem::replace(&mut now, Instant::now());
            times.push(now - before);
        }
        times
    }
}

pub async fn get(port: u16, path: &'static str) -> Bytes {
    Connection::open(port).await.get(path).await
}

pub async fn turn(port: u16, path: &'static str, expected: &Bytes) -> Turn {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(port).await);
    }
    let started = Instant::now();
    let repeat = |connection: Connection| connection.repeat(path, expected.clone(), started + TURN);
    let clients: Vec<_> = connections.into_iter().map(|client| tokio::spawn(repeat(client))).collect();
    let mut times = Vec::new();
    for client in clients {
        times.append(&mut client.await.expect("no request failed"));
    }
    let elapsed = started.elapsed();
    times.sort_unstable();
    #[allow(clippy::cast_precision_loss, reason = "some ten thousand")]
    let per_second = times.len() as f64 / elapsed.as_secs_f64();
    Turn {
        requests: times.len(),
        per_second,
        p50: times[times.len() / 2],
        p99: times[times.len() * 99 / 100],
    }
}
