//! Databases of `SQLite`: a file for each test.

use std::fs;
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteConnection, SqlitePoolOptions, SqliteQueryResult, SqliteRow,
};

use crate::suite::harness::Codes;

pub type Db = Sqlite;
pub type Options = SqliteConnectOptions;
pub type PoolOptions = SqlitePoolOptions;
pub type Connection = SqliteConnection;
pub type Row = SqliteRow;
pub type QueryResult = SqliteQueryResult;

/// A statement, with where it goes.
pub const SERVER: &str = "SELECT tasks";
pub const SYSTEM: &str = "sqlite";
pub const SCHEMA: &str = include_str!("schema.sql");
pub const CODES: Codes =
    Codes { unique: "2067", foreign_key: "787", not_null: "1299", check: "275", no_table: "1" };

/// `sql` as this database writes it.
pub fn sql(sql: &'static str) -> &'static str {
    sql
}

/// A new database that nobody else knows.
pub async fn fresh() -> Options {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("{}-{number}.sqlite", process::id()));
    // One that an earlier process with this number left behind.
    let _missing = fs::remove_file(&file);
    Options::new().filename(file).create_if_missing(true)
}
