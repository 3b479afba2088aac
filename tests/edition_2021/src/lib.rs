//! The attributes in a crate on edition 2021, whose futures capture by other rules.
#![allow(missing_docs, reason = "an unpublished crate that is only compiled and tested")]
#![forbid(unsafe_code)]

use std::sync::Mutex;

use spanweave::{repo, traced_service};
use sqlx::{Connection, SqlitePool};

#[derive(Default)]
pub struct Names(Mutex<Vec<String>>);

#[repo]
impl Names {
    /// Borrows from two places, which edition 2021 does not capture by itself.
    pub async fn longest<'a>(&self, first: &'a str, second: &str) -> &'a str {
        self.0.lock().unwrap().push(second.to_owned());
        first
    }

    /// The tail's temporary borrows an argument.
    pub async fn count(&self, extra: Mutex<usize>) -> usize {
        extra.lock().unwrap().checked_add(self.0.lock().unwrap().len()).unwrap_or_default()
    }

    pub async fn any(&self, name: impl Into<String>) -> bool {
        self.0.lock().unwrap().contains(&name.into())
    }
}

#[derive(Default)]
pub struct Greeter {
    names: Names,
}

#[traced_service(calls(names))]
impl Greeter {
    pub async fn greet(&mut self, name: &str) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        if name.is_empty() {
            return Err("no name".into());
        }
        let name = self.names.longest(name, "other").await;
        Ok(format!("{name} {} {}", self.names.count(Mutex::new(1)).await, self.names.any("other").await))
    }
}

/// Tasks in a database.
pub struct Tasks {
    pub pool: SqlitePool,
}

#[repo]
impl Tasks {
    /// The tail's temporaries borrow what stands beside the transaction.
    pub async fn renumber(&self) -> sqlx::Result<()> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("UPDATE tasks SET id = id + 1").execute(&mut *tx).await?;
        tx.commit().await
    }

    /// The same, of what is matched.
    pub async fn begins(&self) -> bool {
        let Ok(mut connection) = self.pool.acquire().await else { return false };
        let tx = match connection.begin().await {
            Ok(tx) => tx,
            Err(_) => return false,
        };
        tx.rollback().await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use spanweave::testing::TestTelemetry;

    use super::Greeter;

    #[tokio::test]
    async fn the_expansion_behaves_as_on_edition_2024() {
        let telemetry = TestTelemetry::new();
        let mut greeter = Greeter::default();
        let root = telemetry.root("greeting").run(async {
            let greeting = greeter.greet("Ada").await.unwrap();
            (greeting, greeter.greet("").await.is_err())
        });
        assert_eq!(root.await, ("Ada 2 true".to_owned(), true));
        assert_eq!(
            telemetry.span_tree(),
            "\
greeting
  Greeter.greet
    Names.longest
    Names.count
    Names.any
  Greeter.greet [error: Box]
"
        );
    }
}
