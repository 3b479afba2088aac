//! Makes the tests' tables in the database whose URL it is given, for sqlx's macros to look at.

use std::env;

use sqlx::{Connection, MySqlConnection, PgConnection, SqliteConnection, raw_sql};

#[tokio::main]
async fn main() -> sqlx::Result<()> {
    let url = env::args().nth(1).expect("a URL is given");
    if url.starts_with("postgres:") {
        let mut connection = PgConnection::connect(&url).await?;
        raw_sql(include_str!("postgres/schema.sql")).execute(&mut connection).await?;
    } else if url.starts_with("mysql:") {
        let mut connection = MySqlConnection::connect(&url).await?;
        raw_sql(include_str!("mysql/schema.sql")).execute(&mut connection).await?;
    } else {
        let mut connection = SqliteConnection::connect(&url).await?;
        raw_sql(include_str!("sqlite/schema.sql")).execute(&mut connection).await?;
    }
    Ok(())
}
