//! Protocols that a request is switched to, which are no part of it.

use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message, WebSocket};
use axum::response::Response;
use axum::routing::get;
use futures_util::{SinkExt, StreamExt};
use spanweave::testing::TestTelemetry;
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message as ClientMessage;

use super::{listen, metric};

/// Says back what it hears.
async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let is_text = matches!(message, Message::Text(_));
        if is_text && socket.send(message).await.is_err() {
            return;
        }
    }
}

async fn upgrade(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(echo)
}

/// Talks through a websocket, and returns the spans and the active requests while it is open.
async fn seen_while_it_is_open(telemetry: &TestTelemetry, app: Router) -> [String; 2] {
    let url = listen(app).await;
    let address = url.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut socket, answer) = client_async(format!("ws://{address}/socket"), stream).await.unwrap();
    assert_eq!(answer.status(), 101);
    for _ in 0..2 {
        socket.send(ClientMessage::text("hello")).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), ClientMessage::text("hello"));
    }
    let tree = telemetry.span_tree_with(&["http.response.status_code"]);
    let seen = [tree, metric(telemetry, "http_server_active_requests{")];
    socket.close(None).await.unwrap();
    seen
}

#[tokio::test]
async fn a_websocket_works_and_is_no_part_of_its_request() {
    for wraps in [false, true] {
        let telemetry = TestTelemetry::new();
        let routes = Router::new().route("/socket", get(upgrade));
        let layer = telemetry.http_layer();
        let app =
            if wraps { routes.layer(layer.time_body(true).catch_panics(true)) } else { routes.layer(layer) };
        let [tree, active] = seen_while_it_is_open(&telemetry, app).await;
        assert_eq!(tree, "GET /socket http.response.status_code=101\n");
        assert_eq!(active, "http_server_active_requests{method=\"GET\"} 0\n");
    }
}
