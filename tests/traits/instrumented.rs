//! `#[instrument]` on methods of a block with `#[async_trait]` above the attribute: it knows what async-trait expands to.

use std::sync::Arc;

use async_trait::async_trait;
use spanweave::{Ctx, repo};
use tracing::instrument;

use crate::common::{Missing, Store, seen, send};

#[async_trait]
#[repo]
pub trait Repo: Send + Sync {
    async fn get(&self, key: &str) -> Result<String, Missing>;

    #[instrument(skip(self), err(Debug))]
    async fn length(&self, key: &str, mut more: usize) -> Result<usize, Missing> {
        more += 1;
        Ok(self.get(key).await?.len() + more)
    }
}

struct Memory;

#[async_trait]
#[repo]
impl Repo for Memory {
    #[instrument(skip_all, fields(key), err(Debug), ret)]
    async fn get(&self, key: &str) -> Result<String, Missing> {
        Store.read(key).await
    }
}

#[tokio::test]
async fn an_instrumented_method_is_traced() {
    let seen = seen(send(async {
        let ctx = Ctx::current();
        let object: Arc<dyn Repo> = Arc::new(Memory);
        (object.length("a", 2).await, object.length_ctx(ctx, "missing", 0).await)
    }));
    let seen = seen.await;
    assert_eq!(seen.value, (Ok(6), Err(Missing)));
    assert_eq!(
        seen.tree,
        "\
request
  Repo.length
    Memory.get
      Store.read
  Repo.length [error: Missing]
    Memory.get [error: Missing]
      Store.read [error: Missing]
"
    );
    assert_eq!(
        seen.outcomes,
        "repo Memory.get: 1 ok 1 error\nrepo Repo.length: 1 ok 1 error\nrepo Store.read: 1 ok 1 error\n"
    );
}
