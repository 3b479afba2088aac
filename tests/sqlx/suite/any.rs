//! The same databases behind `Any`, whose types do not tell which one it is.

use std::sync::OnceLock;

use spanweave::testing::TestTelemetry;
use spanweave::{Ctx, repo};
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{Acquire as _, AnyConnection, AnyPool, ConnectOptions as _};

use super::harness::pool;
use crate::database::{CODES, SERVER, SYSTEM, sql};

struct Tasks {
    pool: AnyPool,
}

#[repo]
impl Tasks {
    pub async fn count(&self) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&self.pool).await
    }

    pub async fn owners(&self, owner: i64) -> sqlx::Result<Vec<(i64,)>> {
        sqlx::query_as::<_, (i64,)>(sql("SELECT owner FROM tasks WHERE owner = ?"))
            .bind(owner)
            .fetch_all(&self.pool)
            .await
    }

    pub async fn add(&self, name: &str) -> sqlx::Result<u64> {
        let insert = sqlx::query(sql("INSERT INTO tasks (name) VALUES (?)")).bind(name);
        Ok(insert.execute(&self.pool).await?.rows_affected())
    }

    pub async fn release(&self, owner: i64) -> sqlx::Result<u64> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("DELETE FROM tasks WHERE owner = 2").execute(&mut *tx).await?;
        let mut inner = tx.begin().await?;
        let update = sqlx::query(sql("UPDATE tasks SET owner = NULL WHERE owner = ?")).bind(owner);
        let released = update.execute(&mut *inner).await?.rows_affected();
        inner.commit().await?;
        tx.commit().await?;
        Ok(released)
    }

    pub async fn on_a_connection(&self) -> sqlx::Result<i64> {
        let mut connection = self.pool.acquire().await?;
        count_owners(&mut connection).await
    }

    pub async fn of_a_getter(&self) -> sqlx::Result<()> {
        let tx = self.pool().begin().await?;
        tx.rollback().await
    }

    fn pool(&self) -> &AnyPool {
        &self.pool
    }
}

#[repo]
async fn count_owners(connection: &mut AnyConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM owners").fetch_one(connection).await
}

/// A database of its own, with three tasks, behind `Any`.
async fn tasks() -> Tasks {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(install_default_drivers);
    let url = pool().await.connect_options().to_url_lossy();
    Tasks { pool: AnyPoolOptions::new().max_connections(2).connect(url.as_str()).await.unwrap() }
}

#[tokio::test]
async fn what_is_behind_any_is_told_by_its_pools_and_connections() {
    let telemetry = TestTelemetry::new();
    let tasks = tasks().await;
    let root = telemetry.root("request").run(async {
        assert_eq!(tasks.count().await?, 3);
        assert_eq!(tasks.owners(1).await?, [(1,), (1,)]);
        assert_eq!(tasks.release(1).await?, 2);
        assert_eq!(tasks.on_a_connection().await?, 3);
        tasks.of_a_getter().await
    });
    root.await.unwrap();
    let keys = ["db.system.name", "db.response.returned_rows", "db.response.affected_rows"];
    let expected = "\
request
  Tasks.count
    SELECT tasks db.system.name=SYSTEM db.response.returned_rows=1
  Tasks.owners
    SELECT tasks db.system.name=SYSTEM db.response.returned_rows=2
  Tasks.release
    transaction db.system.name=SYSTEM
      BEGIN db.system.name=SYSTEM
      DELETE tasks db.system.name=SYSTEM db.response.affected_rows=1
      transaction db.system.name=SYSTEM
        SAVEPOINT db.system.name=SYSTEM
        UPDATE tasks db.system.name=SYSTEM db.response.affected_rows=2
        RELEASE db.system.name=SYSTEM
      COMMIT db.system.name=SYSTEM
  Tasks.on_a_connection
    acquire db.system.name=SYSTEM
    any.count_owners
      SELECT owners db.system.name=SYSTEM db.response.returned_rows=1
  Tasks.of_a_getter
    transaction db.system.name=SYSTEM
      BEGIN db.system.name=SYSTEM
      ROLLBACK db.system.name=SYSTEM
";
    assert_eq!(telemetry.span_tree_with(&keys), expected.replace("SYSTEM", SYSTEM));
}

#[tokio::test]
async fn a_watched_pool_of_any_says_where_it_leads_and_how_long_one_waited() {
    let telemetry = TestTelemetry::new();
    let tasks = tasks().await;
    telemetry.watch_pool("main", &tasks.pool);
    telemetry.root("request").run(async { tasks.count().await }).await.unwrap();
    let tree = telemetry.span_tree_with(&["server.address", "db.namespace"]);
    assert!(tree.lines().last().unwrap().trim().starts_with(SERVER), "{tree}");
    let text = telemetry.metrics_text();
    assert!(text.contains("db_client_connection_wait_time_seconds_count{pool=\"main\"} 1\n"), "{text}");
    assert!(text.contains("db_client_connection_max{pool=\"main\"} 2\n"), "{text}");
}

#[tokio::test]
async fn errors_behind_any_have_their_classes_and_codes() {
    let telemetry = TestTelemetry::new();
    let tasks = tasks().await;
    telemetry.root("request").run(async { tasks.add("mow").await }).await.unwrap_err();
    let tree = telemetry.span_tree_with(&["db.response.status_code"]);
    let expected = format!(
        "\
request
  Tasks.add [error: unique_violation]
    INSERT tasks [error: unique_violation] db.response.status_code={}
",
        CODES.unique
    );
    assert_eq!(tree, expected);
}

#[tokio::test]
async fn by_hand_a_pool_says_what_is_behind_it_where_its_waiting_is_measured() {
    let telemetry = TestTelemetry::new();
    let Tasks { pool } = tasks().await;
    let root = telemetry.root("request").run(async {
        let count = || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM tasks");
        count().fetch_one(Ctx::current().sql(&pool)).await?;
        count().fetch_one(Ctx::current().sql(&pool).acquiring()).await
    });
    root.await.unwrap();
    assert_eq!(
        telemetry.span_tree_with(&["db.system.name"]),
        format!(
            "\
request
  SELECT tasks db.system.name=other_sql
  SELECT tasks db.system.name={SYSTEM}
"
        )
    );
}
