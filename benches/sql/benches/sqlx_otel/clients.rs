//! The repository over `sqlx-otel`'s pool: as it comes, and with annotations.

use spanweave_bench_sql::contender::Contender;
use sqlx_otel::{Pool, PoolBuilder};

use super::Db;
use super::statements::{self, open, plain};
use crate::client::Client;
use crate::sdk::{Mode, Sdk};

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
        statements::insert(&mut transaction, id).await?;
        transaction.commit().await
    }
}

struct Annotated(Pool<Db>);

impl Client for Annotated {
    async fn find(&self, id: i64) -> sqlx::Result<String> {
        statements::find(self.0.with_operation("SELECT", "tasks"), id).await
    }

    async fn find_built(&self, id: i64) -> sqlx::Result<String> {
        statements::find_built(self.0.with_operation("SELECT", "tasks"), id).await
    }

    async fn stream(&self) -> sqlx::Result<usize> {
        statements::stream(self.0.with_operation("SELECT", "tasks")).await
    }

    async fn insert(&self, id: i64) -> sqlx::Result<()> {
        let mut transaction = self.0.begin().await?;
        statements::insert(transaction.with_operation("INSERT", "log"), id).await?;
        transaction.commit().await
    }
}

pub async fn contenders(url: String, connections: u32, sdk: &Sdk) -> Vec<Contender> {
    let pool = open(&url, connections).await;
    let wrapped = || PoolBuilder::from(pool.clone()).build();
    let without_metrics = Wrapped(sdk.without_metrics(wrapped));
    vec![
        plain("plain sqlx 0.9", &pool),
        plain("plain sqlx 0.9, again", &pool),
        sdk.traced("sqlx-otel, sampled", Mode::Sampled, Wrapped(wrapped())),
        sdk.traced("sqlx-otel, sampled, annotated", Mode::Sampled, Annotated(wrapped())),
        sdk.traced("sqlx-otel, not sampled", Mode::NotSampled, Wrapped(wrapped())),
        sdk.traced("sqlx-otel, sampled, no metrics", Mode::Sampled, without_metrics),
    ]
}
