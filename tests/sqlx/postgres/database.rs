//! Databases of `PostgreSQL`: one of the server's for each test.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions, PgQueryResult, PgRow, Postgres};
use sqlx::{ConnectOptions, Executor};
use version::text;

use crate::network::server;
use crate::suite::harness::Codes;

pub type Db = Postgres;
pub type Options = PgConnectOptions;
pub type PoolOptions = PgPoolOptions;
pub type Connection = PgConnection;
pub type Row = PgRow;
pub type QueryResult = PgQueryResult;

/// A statement, with where it goes.
pub const SERVER: &str = "SELECT tasks server.address=127.0.0.1 db.namespace=test_";
pub const SYSTEM: &str = "postgresql";
pub const SCHEMA: &str = include_str!("schema.sql");
/// What the server says that it is executing.
pub const OWN_TEXT: &str = "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()";
pub const SLOW: &str = "SELECT pg_sleep(60)";
pub const CODES: Codes =
    Codes { unique: "23505", foreign_key: "23503", not_null: "23502", check: "23514", no_table: "42P01" };

/// `sql` as this database writes it: with numbered placeholders.
pub fn sql(sql: &'static str) -> &'static str {
    let mut parts = sql.split('?');
    let first = parts.next().unwrap_or_default().to_owned();
    let numbered = (1..).zip(parts).fold(first, |text, (number, part)| text + &format!("${number}{part}"));
    numbered.leak()
}

/// A new database that nobody else knows.
pub async fn fresh() -> Options {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let server: Options = server::url("SPANWEAVE_TEST_POSTGRES").parse().unwrap();
    let mut connection = server.connect().await.unwrap();
    connection.execute(sqlx::raw_sql(text(&format!("CREATE DATABASE {name}")))).await.unwrap();
    server.database(&name)
}

/// As `options`, but through another port.
pub fn at_port(options: Options, port: u16) -> Options {
    options.port(port)
}

/// What a client sent: the type and the length of every message.
pub fn messages(mut sent: &[u8]) -> Vec<(char, usize)> {
    let mut messages = Vec::new();
    while let [kind, a, b, c, d, ..] = *sent {
        // The length counts itself, and not the type.
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        messages.push((kind.into(), length));
        sent = &sent[1 + length..];
    }
    messages
}
