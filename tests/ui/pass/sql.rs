//! SQL through a pool, a transaction, a generic executor, a stream, a builder and a variable.

use spanweave::{repo, traced_service};
use sqlx::{Executor, QueryBuilder, Row, Sqlite, SqliteConnection, SqliteExecutor, SqlitePool, Transaction};

pub struct Tasks {
    pool: SqlitePool,
}

#[repo]
impl Tasks {
    pub async fn all(&self) -> sqlx::Result<Vec<(i64, String)>> {
        sqlx::query_as("SELECT id, title FROM tasks").fetch_all(&self.pool).await
    }

    pub async fn rename(&self, id: i64, title: &str) -> sqlx::Result<()> {
        let mut tx = self.pool.begin().await?;
        let update = sqlx::query("UPDATE tasks SET title = $2 WHERE id = $1").bind(id);
        update.bind(title).execute(&mut *tx).await?;
        tx.commit().await
    }

    pub async fn in_transaction(&self, tx: &mut Transaction<'_, Sqlite>) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&mut **tx).await
    }

    pub async fn on_connection(&self, connection: &mut SqliteConnection) -> sqlx::Result<bool> {
        let row = sqlx::query("SELECT 1").fetch_optional(connection).await?;
        Ok(row.is_some())
    }

    pub async fn delete<'e>(&self, executor: impl SqliteExecutor<'e>, id: i64) -> sqlx::Result<u64> {
        let done = sqlx::query("DELETE FROM tasks WHERE id = $1").bind(id).execute(executor).await?;
        Ok(done.rows_affected())
    }

    pub async fn generic<'e, E: Executor<'e, Database = Sqlite>>(&self, executor: E) -> sqlx::Result<i64> {
        sqlx::query("SELECT 1").fetch_one(executor).await?.try_get(0)
    }

    pub async fn built(&self, ids: &[i64]) -> sqlx::Result<Vec<(i64,)>> {
        let mut builder = QueryBuilder::new("SELECT id FROM tasks WHERE id IN (");
        let mut separated = builder.separated(", ");
        for id in ids {
            separated.push_bind(*id);
        }
        builder.push(")");
        builder.build_query_as().fetch_all(&self.pool).await
    }

    #[traced(sql = off)]
    pub async fn ping(&self) -> sqlx::Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop)
    }
}

pub struct Report {
    pool: SqlitePool,
}

#[traced_service(sql)]
impl Report {
    pub async fn rows(&self) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&self.pool).await
    }
}

fn main() {}
