//! Executors of sqlx as arguments, and in `self`. A repository's statements are spans, a service's are not.

use futures_util::TryStreamExt as _;
use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqlitePoolOptions, SqliteRow};
use sqlx::{
    Acquire, Executor, QueryBuilder, Row as _, Sqlite, SqliteConnection, SqliteExecutor, SqlitePool,
    Transaction,
};

use crate::seen::is_send;

#[derive(Debug, PartialEq, sqlx::FromRow)]
pub struct Task {
    id: i64,
    title: String,
}

async fn database() -> SqlitePool {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    let schema = "CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE)";
    sqlx::raw_sql(schema).execute(&pool).await.unwrap();
    sqlx::raw_sql("INSERT INTO tasks (title) VALUES ('a'), ('b')").execute(&pool).await.unwrap();
    pool
}

each_way! {
    types {
        pub struct Tasks {
            pool: SqlitePool,
        }

        pub struct OnConnection<'c> {
            connection: &'c mut SqliteConnection,
        }

        pub struct InTransaction<'p> {
            transaction: Transaction<'p, Sqlite>,
        }

        pub struct Stateless;
    }
    block {
        impl Tasks {
            pub async fn all(&self) -> sqlx::Result<Vec<Task>> {
                sqlx::query_as("SELECT id, title FROM tasks ORDER BY id").fetch_all(&self.pool).await
            }

            pub async fn renamed(&self, id: i64, title: &str) -> Result<u64, sqlx::Error> {
                let mut tx = self.pool.begin().await?;
                let update = sqlx::query("UPDATE tasks SET title = $1 WHERE id = $2").bind(title).bind(id);
                let done = update.execute(&mut *tx).await?;
                tx.commit().await?;
                Ok(done.rows_affected())
            }

            pub async fn streamed(&self) -> sqlx::Result<Vec<String>> {
                let mut rows = sqlx::query("SELECT title FROM tasks ORDER BY id").fetch(&self.pool);
                let mut titles = Vec::new();
                while let Some(row) = rows.try_next().await? {
                    titles.push(row.try_get("title")?);
                }
                Ok(titles)
            }

            pub async fn built(&self, ids: &[i64]) -> sqlx::Result<Vec<i64>> {
                let mut builder = QueryBuilder::<Sqlite>::new("SELECT id FROM tasks WHERE id IN (");
                let mut list = builder.separated(", ");
                for id in ids {
                    list.push_bind(*id);
                }
                builder.push(")");
                builder.build_query_scalar().fetch_all(&self.pool).await
            }

            pub async fn mapped(&self) -> sqlx::Result<Option<usize>> {
                sqlx::query("SELECT title FROM tasks WHERE id = 1")
                    .map(|row: SqliteRow| row.get::<String, _>(0).len())
                    .fetch_optional(&self.pool)
                    .await
            }

            pub async fn pool_itself(&self) -> sqlx::Result<u64> {
                Ok((&self.pool).execute("DELETE FROM tasks WHERE id = 0").await?.rows_affected())
            }
        }
    }
    block {
        impl Stateless {
            pub async fn generic<'e, E>(&self, executor: E) -> sqlx::Result<i64>
            where
                E: Executor<'e, Database = Sqlite>,
            {
                sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(executor).await
            }

            pub async fn generic_inline<'e, E: Executor<'e, Database = Sqlite>>(executor: E) -> sqlx::Result<i64> {
                sqlx::query("SELECT count(*) FROM tasks").fetch_one(executor).await?.try_get(0)
            }

            pub async fn implied<'e>(&self, executor: impl SqliteExecutor<'e>) -> sqlx::Result<i64> {
                sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(executor).await
            }

            pub async fn implied_with_lifetime<'e>(
                &self,
                executor: impl Executor<'e, Database = Sqlite> + 'e,
            ) -> sqlx::Result<Option<Task>> {
                sqlx::query_as("SELECT id, title FROM tasks WHERE id = 1").fetch_optional(executor).await
            }

            pub async fn acquired<'c>(&self, from: impl Acquire<'c, Database = Sqlite> + Send) -> sqlx::Result<i64> {
                let mut connection = from.acquire().await?;
                let first: i64 =
                    sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&mut *connection).await?;
                let second: i64 = sqlx::query_scalar("SELECT 1").fetch_one(&mut *connection).await?;
                Ok(first + second)
            }

            pub async fn connection(&self, connection: &mut SqliteConnection) -> sqlx::Result<i64> {
                sqlx::query("UPDATE tasks SET title = title").execute(&mut *connection).await?;
                sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(connection).await
            }

            pub async fn pooled(&self, connection: &mut PoolConnection<Sqlite>) -> sqlx::Result<i64> {
                sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&mut **connection).await
            }

            pub async fn transaction(&self, tx: &mut Transaction<'_, Sqlite>, title: &str) -> sqlx::Result<i64> {
                let inserted = sqlx::query("INSERT INTO tasks (title) VALUES ($1)").bind(title).execute(&mut **tx);
                Ok(inserted.await?.last_insert_rowid())
            }

            pub async fn owned_transaction(&self, mut tx: Transaction<'_, Sqlite>) -> sqlx::Result<u64> {
                let deleted = sqlx::query("DELETE FROM tasks").execute(&mut *tx).await?.rows_affected();
                tx.rollback().await?;
                Ok(deleted)
            }

            pub async fn given_back<'t>(
                &self,
                mut tx: Transaction<'t, Sqlite>,
            ) -> sqlx::Result<(Transaction<'t, Sqlite>, i64)> {
                let one = sqlx::query_scalar("SELECT 1").fetch_one(&mut *tx).await?;
                Ok((tx, one))
            }

            pub async fn pool(&self, pool: &SqlitePool) -> sqlx::Result<i64> {
                sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(pool).await
            }

            pub async fn owned_pool(&self, pool: SqlitePool) -> sqlx::Result<i64> {
                sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&pool).await
            }

            pub fn boxed<'a>(&'a self, tx: &'a mut SqliteConnection) -> BoxFuture<'a, sqlx::Result<i64>> {
                Box::pin(async move {
                    sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&mut *tx).await
                })
            }

            pub async fn called_by_helper(&self, connection: &mut SqliteConnection) -> sqlx::Result<i64> {
                count(connection).await
            }
        }
    }
    block {
        impl<'c> OnConnection<'c> {
            pub async fn count(&mut self) -> sqlx::Result<i64> {
                sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&mut *self.connection).await
            }

            pub async fn nested(&mut self) -> sqlx::Result<i64> {
                let mut tx = sqlx::Connection::begin(&mut *self.connection).await?;
                sqlx::query("DELETE FROM tasks").execute(&mut *tx).await?;
                let left = OnConnection { connection: &mut tx }.count().await?;
                tx.rollback().await?;
                Ok(left)
            }
        }
    }
    block {
        impl InTransaction<'_> {
            pub async fn insert(&mut self, title: &str) -> sqlx::Result<()> {
                sqlx::query("INSERT INTO tasks (title) VALUES ($1)")
                    .bind(title)
                    .execute(&mut *self.transaction)
                    .await
                    .map(drop)
            }

            pub async fn commit(self) -> sqlx::Result<()> {
                self.transaction.commit().await
            }
        }
    }
    tests {
        async fn count(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
            sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(connection).await
        }

        #[tokio::test]
        async fn a_pool_in_self() {
            let seen = seen();
            let pool = database().await;
            seen.run(async {
                let tasks = Tasks { pool };
                assert_eq!(is_send(tasks.renamed(1, "c")).await.unwrap(), 1);
                assert_eq!(tasks.all().await.unwrap()[0], Task { id: 1, title: "c".to_owned() });
                assert!(tasks.renamed(1, "b").await.is_err());
                assert_eq!(tasks.streamed().await.unwrap(), ["c", "b"]);
                assert_eq!(tasks.built(&[1, 2, 3]).await.unwrap(), [1, 2]);
                assert_eq!(tasks.mapped().await.unwrap(), Some(1));
                assert_eq!(tasks.pool_itself().await.unwrap(), 0);
            })
            .await;
            seen.assert(&[
                "Tasks.renamed",
                "  transaction",
                "    BEGIN",
                "    repo: UPDATE tasks",
                "    COMMIT",
                "Tasks.all",
                "  repo: SELECT tasks",
                "Tasks.renamed [error: unique_violation]",
                "  transaction [rolled back]",
                "    BEGIN",
                "    repo: UPDATE tasks [error: unique_violation]",
                "Tasks.streamed",
                "  repo: SELECT tasks",
                "Tasks.built",
                "  repo: SELECT tasks",
                "Tasks.mapped",
                "  repo: SELECT tasks",
                "Tasks.pool_itself",
            ]);
        }

        #[tokio::test]
        async fn executors_as_arguments() {
            let seen = seen();
            let pool = database().await;
            seen.run(async {
                let repo = Stateless;
                assert_eq!(is_send(repo.generic(&pool)).await.unwrap(), 2);
                assert_eq!(Stateless::generic_inline(&pool).await.unwrap(), 2);
                assert_eq!(is_send(repo.implied(&pool)).await.unwrap(), 2);
                assert_eq!(repo.implied_with_lifetime(&pool).await.unwrap().unwrap().id, 1);
                assert_eq!(repo.acquired(&pool).await.unwrap(), 3);
                assert_eq!(repo.pool(&pool).await.unwrap(), 2);
                assert_eq!(repo.owned_pool(pool.clone()).await.unwrap(), 2);
                let mut connection = pool.acquire().await.unwrap();
                assert_eq!(repo.generic(&mut *connection).await.unwrap(), 2);
                assert_eq!(is_send(repo.connection(&mut connection)).await.unwrap(), 2);
                assert_eq!(repo.pooled(&mut connection).await.unwrap(), 2);
                assert_eq!(is_send(repo.boxed(&mut connection)).await.unwrap(), 2);
                assert_eq!(repo.called_by_helper(&mut connection).await.unwrap(), 2);
            })
            .await;
            seen.assert(&[
                "Stateless.generic",
                "  repo: SELECT tasks",
                "Stateless.generic_inline",
                "  repo: SELECT tasks",
                "Stateless.implied",
                "  repo: SELECT tasks",
                "Stateless.implied_with_lifetime",
                "  repo: SELECT tasks",
                "Stateless.acquired",
                "  repo: SELECT tasks",
                "  repo: SELECT",
                "Stateless.pool",
                "  repo: SELECT tasks",
                "Stateless.owned_pool",
                "  repo: SELECT tasks",
                "Stateless.generic",
                "  repo: SELECT tasks",
                "Stateless.connection",
                "  repo: UPDATE tasks",
                "  repo: SELECT tasks",
                "Stateless.pooled",
                "  repo: SELECT tasks",
                "Stateless.boxed",
                "  repo: SELECT tasks",
                "Stateless.called_by_helper",
            ]);
        }

        #[tokio::test]
        async fn transactions_as_arguments() {
            let seen = seen();
            let pool = database().await;
            seen.run(async {
                let repo = Stateless;
                let mut tx = pool.begin().await.unwrap();
                assert_eq!(is_send(repo.transaction(&mut tx, "c")).await.unwrap(), 3);
                assert!(repo.transaction(&mut tx, "c").await.is_err());
                assert_eq!(repo.implied(&mut *tx).await.unwrap(), 3);
                let (tx, one) = repo.given_back(tx).await.unwrap();
                assert_eq!(one, 1);
                assert_eq!(is_send(repo.owned_transaction(tx)).await.unwrap(), 3);
                assert_eq!(repo.pool(&pool).await.unwrap(), 2);
            })
            .await;
            seen.assert(&[
                "Stateless.transaction",
                "  repo: INSERT tasks",
                "Stateless.transaction [error: unique_violation]",
                "  repo: INSERT tasks [error: unique_violation]",
                "Stateless.implied",
                "  repo: SELECT tasks",
                "Stateless.given_back",
                "  repo: SELECT",
                "Stateless.owned_transaction",
                "  repo: DELETE tasks",
                "Stateless.pool",
                "  repo: SELECT tasks",
            ]);
        }

        #[tokio::test]
        async fn a_connection_in_self() {
            let seen = seen();
            let pool = database().await;
            seen.run(async {
                let mut connection = pool.acquire().await.unwrap();
                let mut tasks = OnConnection { connection: &mut connection };
                assert_eq!(is_send(tasks.nested()).await.unwrap(), 0);
                assert_eq!(tasks.count().await.unwrap(), 2);
                drop(connection);
                let mut in_transaction = InTransaction { transaction: pool.begin().await.unwrap() };
                in_transaction.insert("c").await.unwrap();
                in_transaction.commit().await.unwrap();
            })
            .await;
            assert_eq!(count(&mut pool.acquire().await.unwrap()).await.unwrap(), 3);
            seen.assert(&[
                "OnConnection.nested",
                "  repo: DELETE tasks",
                "  OnConnection.count",
                "    repo: SELECT tasks",
                "OnConnection.count",
                "  repo: SELECT tasks",
                "InTransaction.insert",
                "  repo: INSERT tasks",
                "InTransaction.commit",
            ]);
        }
    }
    twins {
        #[tokio::test]
        async fn twins_take_executors() {
            let seen = seen();
            let pool = database().await;
            let ctx = seen.in_scope(spanweave::Ctx::current);
            let repo = Stateless;
            assert_eq!(is_send(repo.generic_ctx(ctx, &pool)).await.unwrap(), 2);
            assert_eq!(is_send(repo.implied_ctx(ctx, &pool)).await.unwrap(), 2);
            let mut tx = pool.begin().await.unwrap();
            assert_eq!(is_send(repo.transaction_ctx(ctx, &mut tx, "c")).await.unwrap(), 3);
            assert_eq!(repo.boxed_ctx(ctx, &mut tx).await.unwrap(), 3);
            assert_eq!(repo.owned_transaction_ctx(ctx, tx).await.unwrap(), 3);
            seen.assert(&[
                "Stateless.generic",
                "  repo: SELECT tasks",
                "Stateless.implied",
                "  repo: SELECT tasks",
                "Stateless.transaction",
                "  repo: INSERT tasks",
                "Stateless.boxed",
                "  repo: SELECT tasks",
                "Stateless.owned_transaction",
                "  repo: DELETE tasks",
            ]);
        }
    }
}
