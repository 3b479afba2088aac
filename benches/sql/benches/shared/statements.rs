//! The statements on one database, for any executor; and plain sqlx.
//!
//! This file belongs to a module for each database, which says what `Db` is.

use std::hint::black_box;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use spanweave_bench_sql::contender::{Contender, Export};
use sqlx::pool::PoolOptions;
use sqlx::{Executor, Pool, QueryBuilder, Row as _};

use super::Db;
use crate::client::{Client, repeat};

const TABLE: &str = "tasks";
const ROWS: i64 = 100;

/// Opens a pool and fills the tables. A connection is not asked whether it still works before each statement, which
/// would be a round trip of its own.
pub async fn open(url: &str, connections: u32) -> Pool<Db> {
    let options = PoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false);
    let pool: Pool<Db> = options.connect(url).await.expect("the database is there");
    for statement in [
        "DROP TABLE IF EXISTS tasks",
        "DROP TABLE IF EXISTS log",
        "CREATE TABLE tasks (id BIGINT PRIMARY KEY, title TEXT NOT NULL)",
        "CREATE TABLE log (task_id BIGINT NOT NULL)",
    ] {
        sqlx::query(statement).execute(&pool).await.expect("the tables can be made");
    }
    for id in 1..=ROWS {
        let insert = sqlx::query("INSERT INTO tasks (id, title) VALUES ($1, 'Sweep the chimney')").bind(id);
        insert.execute(&pool).await.expect("the tables can be filled");
    }
    pool
}

pub async fn find<'e>(executor: impl Executor<'e, Database = Db>, id: i64) -> sqlx::Result<String> {
    let row = sqlx::query("SELECT id, title FROM tasks WHERE id = $1").bind(id).fetch_one(executor).await?;
    row.try_get(1)
}

pub async fn find_built<'e>(executor: impl Executor<'e, Database = Db>, id: i64) -> sqlx::Result<String> {
    let mut query = QueryBuilder::<Db>::new(built_text());
    query.push_bind(id);
    query.build().fetch_one(executor).await?.try_get(1)
}

/// What the builder adds the parameter to; in memory of its own each time.
pub fn built_text() -> String {
    format!("SELECT id, title FROM {TABLE} WHERE id = ")
}

pub async fn stream<'e>(executor: impl Executor<'e, Database = Db>) -> sqlx::Result<usize> {
    let mut rows = sqlx::query("SELECT id, title FROM tasks").fetch(executor);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        black_box(row);
        count += 1;
    }
    Ok(count)
}

pub async fn insert<'e>(executor: impl Executor<'e, Database = Db>, id: i64) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO log (task_id) VALUES ($1)").bind(id).execute(executor).await?;
    Ok(())
}

struct Plain(Pool<Db>);

impl Client for Plain {
    async fn find(&self, id: i64) -> sqlx::Result<String> {
        find(&self.0, id).await
    }

    async fn find_built(&self, id: i64) -> sqlx::Result<String> {
        find_built(&self.0, id).await
    }

    async fn stream(&self) -> sqlx::Result<usize> {
        stream(&self.0).await
    }

    async fn insert(&self, id: i64) -> sqlx::Result<()> {
        let mut transaction = self.0.begin().await?;
        insert(&mut *transaction, id).await?;
        transaction.commit().await
    }
}

pub fn plain(name: &'static str, pool: &Pool<Db>) -> Contender {
    let client = Arc::new(Plain(pool.clone()));
    Contender {
        name,
        trace: Arc::new(move |work, times| {
            let client = client.clone();
            Box::pin(async move { repeat(&*client, work, times).await })
        }),
        export: Export::none(),
    }
}
