//! Whoever denies warnings is told of nothing that they did not write.
#![deny(warnings, dead_code)]

use async_trait::async_trait;
use spanweave::{Ctx, repo};

use crate::common::{Store, seen};

#[repo]
#[async_trait]
pub trait Repo: Send + Sync {
    async fn name(&self) -> &str;
    async fn names(&mut self) -> Vec<&str>;
}

struct Memory(String);

#[repo]
#[async_trait]
impl Repo for Memory {
    async fn name(&self) -> &str {
        let _ = Store.read("name").await;
        &self.0
    }

    async fn names(&mut self) -> Vec<&str> {
        vec![&self.0]
    }
}

/// Nobody calls the twin, and nobody wrote it.
macro_rules! unused {
    () => {
        struct Unused;

        #[repo]
        impl Unused {
            pub async fn get(&self) -> usize {
                Store.read("unused").await.map_or(0, |got| got.len())
            }
        }
    };
}

unused!();

#[tokio::test]
async fn it_runs_without_a_warning() {
    let seen = seen(async {
        let mut memory = Memory("memory".to_owned());
        let name = memory.name_ctx(Ctx::current()).await.to_owned();
        (name, memory.names_ctx(Ctx::current()).await.len(), Unused.get().await)
    });
    let seen = seen.await;
    assert_eq!(seen.value, ("memory".to_owned(), 1, 8));
    assert_eq!(
        seen.tree,
        "request\n  Memory.name\n    Store.read\n  Memory.names\n  Unused.get\n    Store.read\n"
    );
    assert_eq!(
        seen.outcomes,
        "repo Memory.name: 1 ok\nrepo Memory.names: 1 ok\nrepo Store.read: 2 ok\nrepo Unused.get: 1 ok\n"
    );
}
