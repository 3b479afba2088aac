//! Databases of `MySQL` and `MariaDB`: one of the server's for each test.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::mysql::{
    MySql, MySqlConnectOptions, MySqlConnection, MySqlPoolOptions, MySqlQueryResult, MySqlRow,
};
use sqlx::{ConnectOptions, Executor};
use version::text;

use crate::network::server;
use crate::suite::harness::Codes;

pub type Db = MySql;
pub type Options = MySqlConnectOptions;
pub type PoolOptions = MySqlPoolOptions;
pub type Connection = MySqlConnection;
pub type Row = MySqlRow;
pub type QueryResult = MySqlQueryResult;

/// A statement, with where it goes.
pub const SERVER: &str = "SELECT tasks server.address=127.0.0.1 db.namespace=test_";
pub const SYSTEM: &str = "mysql";
pub const SCHEMA: &str = include_str!("schema.sql");
/// What the server says that it is executing.
pub const OWN_TEXT: &str = "SELECT info FROM information_schema.processlist WHERE id = connection_id()";
pub const SLOW: &str = "SELECT sleep(60)";
pub const CODES: Codes =
    Codes { unique: "23000", foreign_key: "23000", not_null: "23000", check: "23000", no_table: "42S02" };

/// `sql` as this database writes it.
pub fn sql(sql: &'static str) -> &'static str {
    sql
}

/// A new database that nobody else knows.
pub async fn fresh() -> Options {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let server: Options = server::url("SPANWEAVE_TEST_MYSQL").parse().unwrap();
    let mut connection = server.connect().await.unwrap();
    connection.execute(sqlx::raw_sql(text(&format!("CREATE DATABASE {name}")))).await.unwrap();
    server.database(&name)
}

/// As `options`, but through another port.
pub fn at_port(options: Options, port: u16) -> Options {
    options.port(port)
}

/// What a client sent: the command and the length of every packet. The numbers of prepared statements are in none: the
/// server counts them for all its clients.
pub fn messages(mut sent: &[u8]) -> Vec<(char, usize)> {
    let mut messages = Vec::new();
    while let [a, b, c, _sequence, command, ..] = *sent {
        let length = u32::from_le_bytes([a, b, c, 0]) as usize;
        messages.push((command.into(), length));
        sent = &sent[4 + length..];
    }
    messages
}
