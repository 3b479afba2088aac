//! The repository with spanweave, over sqlx's own pool: by hand, and by the attribute.

use std::hint::black_box;

use futures_util::TryStreamExt as _;
use spanweave::{Ctx, repo};
use spanweave_bench_sql::contender::Contender;
use sqlx::{Pool, QueryBuilder, Row as _};

use super::Db;
use super::statements::{self, built_text, open, plain};
use crate::client::Client;
use crate::telemetry::{Mode, traced};

struct ByHand(Pool<Db>);

impl Client for ByHand {
    async fn find(&self, id: i64) -> sqlx::Result<String> {
        statements::find(Ctx::current().sql(&self.0), id).await
    }

    async fn find_built(&self, id: i64) -> sqlx::Result<String> {
        statements::find_built(Ctx::current().sql(&self.0), id).await
    }

    async fn stream(&self) -> sqlx::Result<usize> {
        statements::stream(Ctx::current().sql(&self.0)).await
    }

    async fn insert(&self, id: i64) -> sqlx::Result<()> {
        let mut transaction = self.0.begin().await?;
        statements::insert(Ctx::current().sql(&mut *transaction), id).await?;
        transaction.commit().await
    }
}

/// Has the statements in its bodies, where the attribute sees them.
struct Repository {
    pool: Pool<Db>,
}

#[repo]
impl Client for Repository {
    async fn find(&self, id: i64) -> sqlx::Result<String> {
        let row =
            sqlx::query("SELECT id, title FROM tasks WHERE id = $1").bind(id).fetch_one(&self.pool).await?;
        row.try_get(1)
    }

    async fn find_built(&self, id: i64) -> sqlx::Result<String> {
        let mut query = QueryBuilder::<Db>::new(built_text());
        query.push_bind(id);
        query.build().fetch_one(&self.pool).await?.try_get(1)
    }

    async fn stream(&self) -> sqlx::Result<usize> {
        let mut rows = sqlx::query("SELECT id, title FROM tasks").fetch(&self.pool);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            black_box(row);
            count += 1;
        }
        Ok(count)
    }

    async fn insert(&self, id: i64) -> sqlx::Result<()> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("INSERT INTO log (task_id) VALUES ($1)").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await
    }
}

pub async fn contenders(url: String, connections: u32) -> Vec<Contender> {
    let pool = open(&url, connections).await;
    let by_hand = || ByHand(pool.clone());
    let repository = || Repository { pool: pool.clone() };
    vec![
        plain("plain sqlx 0.9", &pool),
        plain("plain sqlx 0.9, again", &pool),
        traced("ctx.sql, sampled", Mode::Sampled, by_hand()),
        traced("ctx.sql, buffered", Mode::Buffered, by_hand()),
        traced("ctx.sql, not sampled", Mode::NotSampled, by_hand()),
        traced("#[repo], sampled", Mode::Sampled, repository()),
        traced("#[repo], buffered", Mode::Buffered, repository()),
        traced("#[repo], not sampled", Mode::NotSampled, repository()),
    ]
}
