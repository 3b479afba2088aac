//! The child's side: one version of the application on a free port, until standard input ends.
//!
//! It ends with whoever started it, however that one ends: then the pipe is closed.

use std::io;
use std::time::Duration;

use axum::Router;
use sqlx::SqlitePool;
use tokio::net::TcpListener;

use super::{api, app_plain, app_spanweave, app_tracing};

/// The versions by the names that [`run`] knows.
pub const PLAIN: &str = "plain";
pub const SPANWEAVE: &str = "spanweave";
pub const TRACING: &str = "tracing";

pub fn run(version: &str) {
    match version {
        PLAIN => serve(app_plain::router),
        SPANWEAVE => {
            let telemetry = app_spanweave::install();
            serve(|pool| app_spanweave::router(pool, &telemetry));
            assert!(telemetry.shutdown(Duration::from_secs(5)), "the receiver keeps up");
        }
        TRACING => {
            let provider = app_tracing::install();
            serve(app_tracing::router);
            provider.shutdown().expect("the receiver keeps up");
        }
        unknown => panic!("there is no version `{unknown}`"),
    }
}

/// On as many workers as a runtime has by default on two cores.
fn serve(router: impl FnOnce(&SqlitePool) -> Router) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a bench can make a runtime").block_on(async {
        let folder = tempfile::tempdir().expect("a bench can make a folder");
        let pool = api::open_database(&folder).await;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("there is a free port");
        println!("{}", listener.local_addr().expect("the listener is bound").port());
        let server = axum::serve(listener, router(&pool)).with_graceful_shutdown(end_of_input());
        server.await.expect("the server does not fail");
        pool.close().await;
    });
}

async fn end_of_input() {
    let reading = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink()));
    // An input that cannot be read, and a reader that panics, are ends as well.
    let _ended = reading.await;
}
