//! What a database sees of the tags that are sent to it.

use spanweave::sql::SqlOptions;
use spanweave::{Ctx, Telemetry};

use crate::database::OWN_TEXT;
use crate::suite::harness::pool;

#[tokio::test]
async fn tags_arrive_behind_the_statement() {
    let pool = pool().await;
    let sql = SqlOptions::default().comment([("service", "api"), ("team", "tasks & more")]);
    let telemetry = Telemetry::builder().sql(sql).build().unwrap();
    let own_text = async || {
        let text = sqlx::query_scalar(OWN_TEXT).fetch_one(Ctx::current().sql(&pool));
        text.await.map(|text: String| text)
    };
    let seen = telemetry.root("request").run(own_text()).await.unwrap();
    assert_eq!(seen, format!("{OWN_TEXT} /*service='api',team='tasks%20%26%20more'*/"));
}
