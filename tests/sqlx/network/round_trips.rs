//! The server is sent the same messages with and without a context, so there is no round trip more.

use futures_util::TryStreamExt;
use spanweave::Ctx;
use spanweave::testing::TestTelemetry;
use sqlx::{ConnectOptions, Connection as _, Executor, Statement as _};
use version::prepared;

use super::proxy::Proxy;
use crate::database::{Connection, Options, SCHEMA, at_port, fresh, messages, sql};

/// Executes in every way, by way of `executor!`.
macro_rules! in_every_way {
    ($connection:ident, $executor:ident) => {{
        let by_owner = sql("SELECT * FROM tasks WHERE owner = ?");
        for owner in [1_i64, 2, 9] {
            sqlx::query(by_owner).bind(owner).fetch_all($executor!()).await?;
        }
        sqlx::query(by_owner).bind(1_i64).persistent(false).fetch_optional($executor!()).await?;
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM tasks").fetch_one($executor!()).await?;
        sqlx::query("UPDATE tasks SET owner = 3 WHERE owner = 2").execute($executor!()).await?;
        sqlx::raw_sql("SELECT 1; SELECT 2").fetch_many($executor!()).try_collect::<Vec<_>>().await?;
        let mut rows = sqlx::query("SELECT * FROM tasks").fetch($executor!());
        rows.try_next().await?;
        drop(rows);
        let statement = $executor!().prepare(prepared(sql("SELECT name FROM tasks WHERE name = ?"))).await?;
        statement.query().bind("mow").fetch_one($executor!()).await?;
        $connection.ping().await
    }};
}

async fn plain(connection: &mut Connection) -> sqlx::Result<()> {
    macro_rules! executor {
        () => {
            &mut *connection
        };
    }
    in_every_way!(connection, executor)
}

async fn in_context(ctx: Ctx, connection: &mut Connection) -> sqlx::Result<()> {
    macro_rules! executor {
        () => {
            ctx.sql(&mut *connection)
        };
    }
    in_every_way!(connection, executor)
}

/// A new connection to `options`, and what stands between.
async fn watched(options: &Options) -> (Connection, Proxy) {
    let proxy = Proxy::before(options.get_port()).await;
    let connection = at_port(options.clone(), proxy.port()).connect().await.unwrap();
    proxy.take();
    (connection, proxy)
}

#[tokio::test]
async fn a_context_sends_nothing_of_its_own() {
    let options = fresh().await;
    options.connect().await.unwrap().execute(sqlx::raw_sql(SCHEMA)).await.unwrap();

    let (mut connection, proxy) = watched(&options).await;
    plain(&mut connection).await.unwrap();
    let plain = messages(&proxy.take());

    let telemetry = TestTelemetry::new();
    let (mut connection, proxy) = watched(&options).await;
    telemetry.root("request").run(async { in_context(Ctx::current(), &mut connection).await }).await.unwrap();
    assert_eq!(messages(&proxy.take()), plain);
    assert!(plain.len() > telemetry.spans().len(), "everything was watched: {plain:?}");
}
