//! Transactions of sqlx in every place a body may have them, and code of others that has the same names.

use std::cell::Cell;
use std::future::{Future, IntoFuture, Ready, ready};
use std::pin::Pin;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{Acquire, Connection, Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::{Mutex, Semaphore};

use crate::seen::{Log, is_send};

async fn database() -> SqlitePool {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    let schema = "CREATE TABLE tasks (id INTEGER PRIMARY KEY); CREATE TABLE archive (id INTEGER UNIQUE)";
    sqlx::raw_sql(schema).execute(&pool).await.unwrap();
    sqlx::raw_sql("INSERT INTO tasks VALUES (1), (2), (3)").execute(&pool).await.unwrap();
    pool
}

async fn count(pool: &SqlitePool, table: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Has methods of the same names, which mean something else.
#[derive(Clone, Default)]
pub struct Session {
    log: Log,
}

impl Session {
    pub async fn begin(&self) -> Result<Session, String> {
        self.log.note("begin");
        Ok(self.clone())
    }

    pub fn begin_with(&mut self, name: &str) -> Ready<&mut Session> {
        self.log.note(name);
        ready(self)
    }

    pub async fn commit(&mut self) -> Result<usize, String> {
        self.log.note("commit");
        Ok(1)
    }

    pub fn rollback(&self) -> Later {
        self.log.note("rollback");
        Later
    }

    pub async fn acquire(&self) -> &str {
        "acquired"
    }

    pub async fn execute(&self, statement: &str) -> String {
        statement.to_owned()
    }
}

/// Can be awaited and is no future.
pub struct Later;

impl IntoFuture for Later {
    type Output = u8;
    type IntoFuture = Ready<u8>;

    fn into_future(self) -> Ready<u8> {
        ready(7)
    }
}

/// A transaction by reference, which can be ended again and again.
#[derive(Clone, Copy)]
pub struct Batch<'c>(&'c Cell<u8>);

impl<'c> Batch<'c> {
    pub async fn begin(self) -> Batch<'c> {
        self
    }

    pub async fn commit(self) {
        self.0.set(self.0.get() + 1);
    }
}

/// Ends a transaction by a name that is not sqlx's.
trait Finish {
    fn finish(self) -> impl Future<Output = sqlx::Result<()>> + Send;
}

impl Finish for Transaction<'_, Sqlite> {
    fn finish(self) -> impl Future<Output = sqlx::Result<()>> + Send {
        self.commit()
    }
}

fn next_id(_: &Transaction<'_, Sqlite>) -> i64 {
    100
}

async fn each(session: &mut Session, times: usize) -> usize {
    session.log.note(format!("each {times}"));
    times
}

each_way! {
    types {
        pub struct Archive;

        pub struct Tasks {
            pool: SqlitePool,
            archive: Archive,
        }

        pub struct Others {
            session: Session,
            permits: Semaphore,
            lock: Mutex<Session>,
        }
    }
    block {
        impl Archive {
            pub async fn insert(&self, tx: &mut Transaction<'_, Sqlite>, id: i64) -> sqlx::Result<()> {
                sqlx::query("INSERT INTO archive VALUES ($1)").bind(id).execute(&mut **tx).await.map(drop)
            }

            pub async fn insert_apart(&self, pool: &SqlitePool, id: i64) -> sqlx::Result<()> {
                sqlx::query("INSERT INTO archive VALUES ($1)").bind(id).execute(pool).await.map(drop)
            }

            pub async fn insert_on(&self, connection: &mut SqliteConnection, id: i64) -> sqlx::Result<()> {
                sqlx::query("INSERT INTO archive VALUES ($1)").bind(id).execute(connection).await.map(drop)
            }
        }
    }
    block {
        impl Tasks {
            pub async fn archived(&self, id: i64) -> sqlx::Result<u64> {
                let mut tx = self.pool.begin().await?;
                let done = sqlx::query("DELETE FROM tasks WHERE id = $1").bind(id).execute(&mut *tx).await?;
                self.archive.insert(&mut tx, id).await?;
                tx.commit().await?;
                Ok(done.rows_affected())
            }

            pub async fn undone(&self) -> sqlx::Result<()> {
                let mut tx = self.pool.begin().await?;
                sqlx::query("DELETE FROM tasks").execute(&mut *tx).await?;
                tx.rollback().await
            }

            pub async fn dropped(&self, id: i64) -> sqlx::Result<()> {
                let mut tx = self.pool.begin().await?;
                let connection = &mut *tx;
                self.archive.insert_on(&mut *connection, id).await?;
                sqlx::query("INSERT INTO archive VALUES ($1)").bind(id).execute(connection).await?;
                tx.commit().await
            }

            pub async fn in_part(&self, ids: &[i64]) -> sqlx::Result<usize> {
                let mut tx = self.pool.begin().await?;
                let mut archived = 0;
                for id in ids {
                    let mut savepoint = tx.begin().await?;
                    match self.archive.insert(&mut savepoint, *id).await {
                        Ok(()) => {
                            savepoint.commit().await?;
                            archived += 1;
                        }
                        Err(_) => savepoint.rollback().await?,
                    }
                }
                tx.commit().await?;
                Ok(archived)
            }

            pub async fn on_connection(&self) -> sqlx::Result<()> {
                let mut connection = self.pool.acquire().await?;
                let mut tx = connection.begin().await?;
                self.archive.insert(&mut tx, 10).await?;
                tx.commit().await
            }

            pub async fn begun(&self) -> sqlx::Result<Transaction<'static, Sqlite>> {
                self.pool.begin().await
            }

            pub async fn returned(&self) -> sqlx::Result<Transaction<'static, Sqlite>> {
                let mut tx = self.pool.begin().await?;
                self.archive.insert(&mut tx, 20).await?;
                Ok(tx)
            }

            pub async fn spawned(&self) -> sqlx::Result<()> {
                let mut tx = self.pool.begin().await?;
                self.archive.insert(&mut tx, 30).await?;
                let task = tokio::spawn(async move {
                    sqlx::query("DELETE FROM tasks").execute(&mut *tx).await?;
                    tx.commit().await
                });
                task.await.unwrap()
            }

            pub async fn spawned_without_move(&self) -> sqlx::Result<()> {
                let tx = self.pool.begin().await?;
                tokio::spawn(async { tx.commit().await }).await.unwrap()
            }

            pub async fn tried(&self) -> sqlx::Result<()> {
                let mut tx = self.pool.begin().await?;
                let result = async {
                    sqlx::query("DELETE FROM tasks").execute(&mut *tx).await?;
                    sqlx::query("INSERT INTO nowhere VALUES (1)").execute(&mut *tx).await
                }
                .await;
                match result {
                    Ok(_) => tx.commit().await,
                    Err(_) => tx.rollback().await,
                }
            }

            pub async fn retried(&self) -> sqlx::Result<u32> {
                let mut tries = 0;
                loop {
                    tries += 1;
                    let mut tx = self.pool.begin().await?;
                    if self.archive.insert(&mut tx, 40).await.is_ok() && tries > 1 {
                        tx.commit().await?;
                        return Ok(tries);
                    }
                    tx.rollback().await?;
                }
            }

            pub async fn chunked(&self, ids: &[i64]) -> sqlx::Result<()> {
                let mut tx = self.pool.begin().await?;
                for id in ids {
                    self.archive.insert(&mut tx, *id).await?;
                    tx.commit().await?;
                    tx = self.pool.begin().await?;
                }
                tx.rollback().await
            }

            pub async fn beside_another(&self, other: &SqlitePool) -> sqlx::Result<()> {
                let mut tx = self.pool.begin().await?;
                match other.begin().await {
                    Ok(mut tx) => {
                        self.archive.insert(&mut tx, 80).await?;
                        tx.rollback().await?;
                    }
                    Err(error) => return Err(error),
                }
                self.archive.insert(&mut tx, 80).await?;
                tx.commit().await
            }

            pub async fn finished(&self) -> sqlx::Result<()> {
                let mut tx = self.pool.begin().await?;
                self.archive.insert(&mut tx, 90).await?;
                tx.finish().await
            }

            pub async fn noted_behind(&self) -> sqlx::Result<()> {
                let tx = self.pool.begin().await?;
                let id = next_id(&tx);
                if ready(false).await || ready(true).await {
                    tx.commit().await?;
                }
                self.archive.insert_apart(&self.pool, id).await
            }

            pub async fn given_up(&self) -> sqlx::Result<()> {
                let mut tx = self.pool.begin().await?;
                self.archive.insert(&mut tx, 110).await?;
                drop(tx);
                self.archive.insert_apart(&self.pool, 110).await
            }

            pub async fn generic<'a, A>(&self, conn: A) -> sqlx::Result<()>
            where
                A: Acquire<'a, Database = Sqlite>,
            {
                let mut tx = conn.begin().await?;
                self.archive.insert(&mut tx, 50).await?;
                tx.commit().await
            }

            pub async fn on_given(&self, connection: &mut PoolConnection<Sqlite>) -> sqlx::Result<()> {
                let tx = connection.begin().await?;
                tx.commit().await
            }

            pub async fn closure(&self, connection: &mut SqliteConnection) -> sqlx::Result<u64> {
                connection
                    .transaction(|tx| {
                        Box::pin(async move {
                            let done = sqlx::query("DELETE FROM tasks").execute(&mut **tx).await?;
                            Ok(done.rows_affected())
                        })
                    })
                    .await
            }

            pub fn later(&self) -> impl Future<Output = sqlx::Result<()>> + Send {
                async move {
                    let mut tx = self.pool.begin().await?;
                    self.archive.insert(&mut tx, 60).await?;
                    tx.commit().await
                }
            }

            pub fn boxed(&self) -> Pin<Box<dyn Future<Output = sqlx::Result<()>> + Send + '_>> {
                Box::pin(async move {
                    let mut tx = self.pool.begin().await?;
                    self.archive.insert(&mut tx, 70).await?;
                    tx.commit().await
                })
            }
        }
    }
    block {
        impl Others {
            pub async fn session(&mut self) -> Result<usize, String> {
                let mut tx = self.session.begin().await?;
                let times = each(&mut tx, 2).await;
                let text = tx.execute("SELECT 1").await;
                let first = tx.commit().await?;
                let second = tx.commit().await?;
                let later = tx.rollback().await;
                Ok(times + text.len() + first + second + usize::from(later))
            }

            pub async fn borrowed(&mut self) -> usize {
                let tx = self.session.begin_with("mine").await;
                each(tx, 1).await
            }

            pub async fn permits(&self) -> usize {
                let permit = self.permits.acquire().await.unwrap();
                let other = self.permits.acquire().await;
                drop(permit);
                self.permits.available_permits() + usize::from(other.is_ok()) + self.session.acquire().await.len()
            }

            pub async fn guarded(&self) -> Result<usize, String> {
                let mut session = self.lock.lock().await.begin().await?;
                session.commit().await
            }

            pub async fn copied(&self, cell: &Cell<u8>) -> u8 {
                let batch = Batch(cell).begin().await;
                let first = async move { batch.commit().await };
                let second = async move { batch.commit().await };
                first.await;
                second.await;
                batch.commit().await;
                cell.get()
            }
        }
    }
    tests {
        async fn tasks() -> Tasks {
            Tasks { pool: database().await, archive: Archive }
        }

        #[tokio::test]
        async fn statements_and_calls_hang_under_the_transaction() {
            let (seen, tasks) = (seen(), tasks().await);
            seen.run(async {
                assert_eq!(is_send(tasks.archived(1)).await.unwrap(), 1);
                is_send(tasks.undone()).await.unwrap();
                is_send(tasks.on_connection()).await.unwrap();
            })
            .await;
            assert_eq!((count(&tasks.pool, "tasks").await, count(&tasks.pool, "archive").await), (2, 2));
            seen.assert(&[
                "Tasks.archived",
                "  transaction",
                "    BEGIN",
                "    repo: DELETE tasks",
                "    Archive.insert",
                "      repo: INSERT archive",
                "    COMMIT",
                "Tasks.undone",
                "  transaction",
                "    BEGIN",
                "    repo: DELETE tasks",
                "    ROLLBACK",
                "Tasks.on_connection",
                "  repo: acquire",
                "  transaction",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "    COMMIT",
            ]);
        }

        #[tokio::test]
        async fn what_is_dropped_is_rolled_back() {
            let (seen, tasks) = (seen(), tasks().await);
            seen.run(async {
                assert!(is_send(tasks.dropped(1)).await.is_err());
            })
            .await;
            assert_eq!(count(&tasks.pool, "archive").await, 0);
            seen.assert(&[
                "Tasks.dropped [error: unique_violation]",
                "  transaction [rolled back]",
                "    BEGIN",
                "    Archive.insert_on",
                "      repo: INSERT archive",
                "    repo: INSERT archive [error: unique_violation]",
            ]);
        }

        #[tokio::test]
        async fn savepoints_and_retries() {
            let (seen, tasks) = (seen(), tasks().await);
            seen.run(async {
                assert_eq!(is_send(tasks.in_part(&[1, 1])).await.unwrap(), 1);
                assert_eq!(is_send(tasks.retried()).await.unwrap(), 2);
                is_send(tasks.tried()).await.unwrap();
                is_send(tasks.chunked(&[5])).await.unwrap();
            })
            .await;
            assert_eq!((count(&tasks.pool, "tasks").await, count(&tasks.pool, "archive").await), (3, 3));
            seen.assert(&[
                "Tasks.in_part",
                "  transaction",
                "    BEGIN",
                "    transaction",
                "      SAVEPOINT",
                "      Archive.insert",
                "        repo: INSERT archive",
                "      RELEASE",
                "    transaction",
                "      SAVEPOINT",
                "      Archive.insert [error: unique_violation]",
                "        repo: INSERT archive [error: unique_violation]",
                "      ROLLBACK",
                "    COMMIT",
                "Tasks.retried",
                "  transaction",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "    ROLLBACK",
                "  transaction",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "    COMMIT",
                "Tasks.tried",
                "  transaction",
                "    BEGIN",
                "    repo: DELETE tasks",
                "    repo: INSERT nowhere [error: database]",
                "    ROLLBACK",
                "Tasks.chunked",
                "  BEGIN",
                "  Archive.insert",
                "    repo: INSERT archive",
                "  BEGIN",
            ]);
        }

        #[tokio::test]
        async fn ends_that_are_not_what_they_seem() {
            let (seen, tasks) = (seen(), tasks().await);
            let other = database().await;
            seen.run(async {
                is_send(tasks.beside_another(&other)).await.unwrap();
                is_send(tasks.finished()).await.unwrap();
                is_send(tasks.noted_behind()).await.unwrap();
                is_send(tasks.given_up()).await.unwrap();
            })
            .await;
            assert_eq!((count(&tasks.pool, "archive").await, count(&other, "archive").await), (4, 0));
            seen.assert(&[
                "Tasks.beside_another",
                "  transaction",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "    COMMIT",
                "  BEGIN",
                "  Archive.insert",
                "    repo: INSERT archive",
                "Tasks.finished",
                "  transaction",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "Tasks.noted_behind",
                "  transaction",
                "    BEGIN",
                "    COMMIT",
                "  Archive.insert_apart",
                "    repo: INSERT archive",
                "Tasks.given_up",
                "  transaction [rolled back]",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "  Archive.insert_apart",
                "    repo: INSERT archive",
            ]);
        }

        #[tokio::test]
        async fn transactions_that_leave() {
            let (seen, tasks) = (seen(), tasks().await);
            seen.run(async {
                is_send(tasks.begun()).await.unwrap().rollback().await.unwrap();
                is_send(tasks.returned()).await.unwrap().commit().await.unwrap();
                is_send(tasks.spawned()).await.unwrap();
                is_send(tasks.spawned_without_move()).await.unwrap();
            })
            .await;
            assert_eq!((count(&tasks.pool, "tasks").await, count(&tasks.pool, "archive").await), (0, 2));
            seen.assert(&[
                "Tasks.begun",
                "  BEGIN",
                "Tasks.returned",
                "  transaction",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "Tasks.spawned",
                "  transaction",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "    repo: DELETE tasks",
                "Tasks.spawned_without_move",
                "  transaction",
                "    BEGIN",
            ]);
        }

        #[tokio::test]
        async fn transactions_on_what_is_given() {
            let (seen, tasks) = (seen(), tasks().await);
            seen.run(async {
                is_send(tasks.generic(&tasks.pool)).await.unwrap();
                is_send(tasks.later()).await.unwrap();
                is_send(tasks.boxed()).await.unwrap();
                let mut connection = tasks.pool.acquire().await.unwrap();
                is_send(tasks.on_given(&mut connection)).await.unwrap();
                assert_eq!(is_send(tasks.closure(&mut connection)).await.unwrap(), 3);
            })
            .await;
            seen.assert(&[
                "Tasks.generic",
                "  transaction",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "    COMMIT",
                "Tasks.later",
                "  transaction",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "    COMMIT",
                "Tasks.boxed",
                "  transaction",
                "    BEGIN",
                "    Archive.insert",
                "      repo: INSERT archive",
                "    COMMIT",
                "Tasks.on_given",
                "  transaction",
                "    BEGIN",
                "    COMMIT",
                "Tasks.closure",
                "  repo: DELETE tasks",
            ]);
        }

        #[tokio::test]
        async fn the_same_names_of_others() {
            let seen = seen();
            let session = Session::default();
            let log = session.log.clone();
            let lock = Mutex::new(session.clone());
            let mut others = Others { session, permits: Semaphore::new(2), lock };
            seen.run(async {
                assert_eq!(is_send(others.session()).await, Ok(19));
                assert_eq!(log.take(), ["begin", "each 2", "commit", "commit", "rollback"]);
                assert_eq!(is_send(others.borrowed()).await, 1);
                assert_eq!(is_send(others.permits()).await, 10);
                assert_eq!(is_send(others.guarded()).await, Ok(1));
                assert_eq!(others.copied(&Cell::new(0)).await, 3);
            })
            .await;
            seen.assert(&[
                "Others.session",
                "Others.borrowed",
                "Others.permits",
                "Others.guarded",
                "Others.copied",
            ]);
        }
    }
}
