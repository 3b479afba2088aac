//! What the tests share.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use futures_util::{Stream, StreamExt};
use spanweave::Ctx;
use sqlx::{Connection as _, Executor, Pool};

use crate::database::{Connection, Db, PoolOptions, SCHEMA, fresh, sql};

/// What this database says of what went wrong.
pub struct Codes {
    pub unique: &'static str,
    pub foreign_key: &'static str,
    pub not_null: &'static str,
    pub check: &'static str,
    pub no_table: &'static str,
}

/// A database of its own, with three tasks.
pub async fn pool() -> Pool<Db> {
    pool_of(3).await
}

/// [`pool`], of so many connections at most.
pub async fn pool_of(connections: u32) -> Pool<Db> {
    let options = fresh().await;
    let pool = PoolOptions::new().max_connections(connections).connect_with(options).await.unwrap();
    sqlx::raw_sql(SCHEMA).execute(&pool).await.unwrap();
    pool
}

pub async fn count<'c>(ctx: Ctx, executor: impl Executor<'c, Database = Db>) -> sqlx::Result<i64> {
    sqlx::query_scalar(sql("SELECT count(*) FROM tasks")).fetch_one(ctx.sql(executor)).await
}

/// How many statements a connection has prepared and keeps. `SQLite`'s thread counts behind its answer, so it is asked for
/// another one first.
pub async fn prepared_on(connection: &mut Connection) -> usize {
    connection.ping().await.unwrap();
    connection.cached_statements_size()
}

/// Polls once, and says whether that was enough.
pub async fn poll_once(future: impl Future) -> bool {
    let mut future = pin!(future);
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await
}

pub async fn poll_stream_once(stream: &mut (impl Stream + Unpin)) -> bool {
    poll_fn(|cx| Poll::Ready(stream.poll_next_unpin(cx).is_ready())).await
}
