//! What `#[async_trait]` above the attribute makes of a body: `self` is called `__self`, and `calls(…)` still finds it.

use std::sync::Arc;

use async_trait::async_trait;
use spanweave::{Ctx, repo};

use crate::common::{Missing, Store, read, seen};

#[async_trait]
#[repo]
pub trait Repo: Send + Sync {
    async fn get(&self, key: &'static str) -> Result<String, Missing>;
}

struct Memory;

#[async_trait]
#[repo]
impl Repo for Memory {
    async fn get(&self, key: &'static str) -> Result<String, Missing> {
        Store.read(key).await
    }
}

struct Caching {
    inner: Arc<dyn Repo>,
}

#[async_trait]
#[repo(calls(inner))]
impl Repo for Caching {
    async fn get(&self, key: &'static str) -> Result<String, Missing> {
        self.inner.get(key).await
    }
}

struct Spawning {
    inner: Arc<dyn Repo>,
}

#[async_trait]
#[repo(calls(inner), strict)]
impl Repo for Spawning {
    async fn get(&self, key: &'static str) -> Result<String, Missing> {
        let (one, _) = tokio::try_join!(self.inner.get(key), self.inner.get("b"))?;
        Ok(one)
    }
}

#[tokio::test]
async fn a_repository_over_a_repository() {
    let seen = seen(async {
        let ctx = Ctx::current();
        let caching = Arc::new(Caching { inner: Arc::new(Memory) });
        let spawning = Spawning { inner: caching };
        tokio::spawn(async move { spawning.get_ctx(ctx, "a").await }).await.unwrap()
    });
    let seen = seen.await;
    assert_eq!(seen.value, read("a"));
    assert_eq!(
        seen.tree,
        "\
request
  Spawning.get
    Caching.get
      Memory.get
        Store.read
    Caching.get
      Memory.get
        Store.read
"
    );
    assert_eq!(
        seen.outcomes,
        "repo Caching.get: 2 ok\nrepo Memory.get: 2 ok\nrepo Spawning.get: 1 ok\nrepo Store.read: 2 ok\n"
    );
}
