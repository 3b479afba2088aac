//! sqlx's macros, as users write them in an annotated block, and with the context given by hand.

use spanweave::{Ctx, repo};
use sqlx::{MySqlPool, Transaction};

use crate::database::Db;

#[derive(Debug, PartialEq)]
pub struct Task {
    pub name: String,
    pub owner: Option<i64>,
}

pub struct Tasks {
    pub pool: MySqlPool,
}

#[repo]
impl Tasks {
    pub async fn add(&self, name: &str, owner: i64) -> sqlx::Result<u64> {
        let insert = sqlx::query!("INSERT INTO tasks (name, owner) VALUES (?, ?)", name, owner);
        Ok(insert.execute(&self.pool).await?.rows_affected())
    }

    pub async fn owner(&self, name: &str) -> sqlx::Result<Option<i64>> {
        let row = sqlx::query!("SELECT owner FROM tasks WHERE name = ?", name).fetch_one(&self.pool).await?;
        Ok(row.owner)
    }

    pub async fn of(&self, owner: i64) -> sqlx::Result<Vec<Task>> {
        sqlx::query_as!(Task, "SELECT name, owner FROM tasks WHERE owner = ? ORDER BY id", owner)
            .fetch_all(&self.pool)
            .await
    }

    pub async fn count(tx: &mut Transaction<'_, Db>) -> sqlx::Result<i64> {
        sqlx::query_scalar!("SELECT count(*) FROM tasks").fetch_one(&mut **tx).await
    }

    pub async fn release(&self, owner: i64) -> sqlx::Result<u64> {
        let update = sqlx::query_file!("../sqlx/mysql/release.sql", owner);
        Ok(update.execute(&self.pool).await?.rows_affected())
    }

    pub async fn by_name(&self, name: &str) -> sqlx::Result<Option<Task>> {
        sqlx::query_file_as!(Task, "../sqlx/mysql/by_name.sql", name).fetch_optional(&self.pool).await
    }
}

/// The same, where nothing is annotated.
pub async fn by_hand(
    ctx: Ctx,
    pool: &MySqlPool,
) -> sqlx::Result<(Option<i64>, Vec<Task>, i64, Option<Task>)> {
    let mow = sqlx::query!("SELECT owner FROM tasks WHERE name = ?", "mow").fetch_one(ctx.sql(pool)).await?;
    let of = sqlx::query_as!(Task, "SELECT name, owner FROM tasks WHERE owner = ? ORDER BY id", 2_i64);
    let of = of.fetch_all(ctx.sql(pool)).await?;
    let mut tx = pool.begin().await?;
    let count = sqlx::query_scalar!("SELECT count(*) FROM tasks").fetch_one(ctx.sql(&mut *tx)).await?;
    let fly = sqlx::query_file_as!(Task, "../sqlx/mysql/by_name.sql", "fly")
        .fetch_optional(ctx.sql(&mut *tx))
        .await?;
    Ok((mow.owner, of, count, fly))
}
