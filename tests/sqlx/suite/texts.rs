//! Texts that nobody would write on purpose: the database answers as it would without us, and little is kept.

use spanweave::Ctx;
use spanweave::testing::TestTelemetry;
use sqlx::Executor;
use version::text;

use super::harness::pool_of;
use crate::database::{Db, sql};

/// The most bytes of a text that a span shows.
const MAX_TEXT: usize = 16 * 1024;

/// Executes `sql` with and without a context, and compares what the database says.
pub async fn same_as_plain(sql: &str) {
    let telemetry = TestTelemetry::new();
    let plain = said(&pool_of(1).await, sql).await;
    let pool = pool_of(1).await;
    let root = telemetry.root("request").run(async { said(Ctx::current().sql(&pool), sql).await });
    assert_eq!(root.await, plain);

    let spans = telemetry.spans();
    let statement = spans.iter().find(|span| span.name != "request").expect("the statement has a span");
    for attribute in &statement.attributes {
        assert!(attribute.value.as_str().len() <= MAX_TEXT, "{} is bounded", attribute.key);
    }
    assert!(statement.name.len() <= 255);
}

async fn said<'c>(executor: impl Executor<'c, Database = Db>, sql: &str) -> Result<usize, String> {
    match sqlx::query(text(sql)).fetch_all(executor).await {
        Ok(rows) => Ok(rows.len()),
        Err(error) => Err(error.to_string()),
    }
}

#[tokio::test]
async fn an_empty_text() {
    same_as_plain("").await;
    same_as_plain(" ; ").await;
}

#[tokio::test]
async fn nul_in_a_literal() {
    same_as_plain("SELECT 'a\0b'").await;
}

#[tokio::test]
async fn a_text_of_a_megabyte() {
    same_as_plain(&format!("SELECT '{}'", "é".repeat(1 << 19))).await;
    same_as_plain(&format!("SELECT 1{}", " ".repeat(1 << 20))).await;
    same_as_plain(&"(".repeat(1 << 20)).await;
}

#[tokio::test]
async fn ten_thousand_placeholders() {
    let placeholders = "?, ".repeat(9_999);
    same_as_plain(sql(format!("SELECT * FROM tasks WHERE owner IN ({placeholders}?)").leak())).await;
}

#[tokio::test]
async fn no_sql() {
    same_as_plain("gibberish").await;
    same_as_plain("SELECT 'not closed").await;
    same_as_plain("SELECT /* not closed").await;
    same_as_plain("\u{feff}SELECT 1").await;
}
