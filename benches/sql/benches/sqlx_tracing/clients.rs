//! The repository over `sqlx-tracing`'s pool.

use spanweave_bench_sql::contender::Contender;
use sqlx_tracing::Pool;

use super::Db;
use super::statements::{self, open, plain};
use crate::client::Client;
use crate::stack::{Mode, traced};

struct Wrapped(Pool<Db>);

impl Client for Wrapped {
    async fn find(&self, id: i64) -> sqlx::Result<String> {
        statements::find(&self.0, id).await
    }

    async fn find_built(&self, id: i64) -> sqlx::Result<String> {
        statements::find_built(&self.0, id).await
    }

    async fn stream(&self) -> sqlx::Result<usize> {
        statements::stream(&self.0).await
    }

    async fn insert(&self, id: i64) -> sqlx::Result<()> {
        let mut transaction = self.0.begin().await?;
        statements::insert(&mut transaction.executor(), id).await?;
        transaction.commit().await
    }
}

pub async fn contenders(url: String, connections: u32) -> Vec<Contender> {
    let pool = open(&url, connections).await;
    let wrapped = || Wrapped(Pool::from(pool.clone()));
    vec![
        plain("plain sqlx 0.8", &pool),
        plain("plain sqlx 0.8, again", &pool),
        traced("sqlx-tracing, sampled", Mode::Sampled, wrapped()),
        traced("sqlx-tracing, not sampled", Mode::NotSampled, wrapped()),
        traced("sqlx-tracing, sampled, lean", Mode::Lean, wrapped()),
    ]
}
