//! Traits whose methods return boxed futures: by hand, as async-trait expands to, and by the names of `futures`.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, LocalBoxFuture};
use spanweave::{Ctx, repo, traced_service};

use crate::common::{Missing, Store, read, seen, send};

/// What `#[async_trait]` leaves of a trait, written out.
#[repo]
pub trait Expanded: Send + Sync {
    fn get<'life0, 'life1, 'async_trait>(
        &'life0 self,
        key: &'life1 str,
    ) -> Pin<Box<dyn Future<Output = Result<String, Missing>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait;

    fn get_twice<'life0, 'life1, 'async_trait>(
        &'life0 self,
        key: &'life1 str,
    ) -> Pin<Box<dyn Future<Output = Result<usize, Missing>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move { Ok(self.get(key).await?.len() + self.get(key).await?.len()) })
    }
}

struct Memory;

#[repo]
impl Expanded for Memory {
    fn get<'life0, 'life1, 'async_trait>(
        &'life0 self,
        key: &'life1 str,
    ) -> Pin<Box<dyn Future<Output = Result<String, Missing>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move { Store.read(key).await })
    }
}

/// Under the attribute of async-trait, a trait that was expanded by hand is still the same.
struct ByAttribute;

#[repo]
#[async_trait::async_trait]
impl Expanded for ByAttribute {
    async fn get(&self, key: &str) -> Result<String, Missing> {
        Store.read(key).await
    }
}

#[repo]
pub trait Named: Send + Sync {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<String, Missing>>;

    fn elided(&self, key: String) -> BoxFuture<'_, Result<String, Missing>>;

    fn owned(self: Arc<Self>, key: String) -> BoxFuture<'static, Result<String, Missing>>;

    fn local(&self) -> LocalBoxFuture<'_, usize>;

    fn get_twice<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<usize, Missing>> {
        async move { Ok(self.get(key).await?.len() + self.get(key).await?.len()) }.boxed()
    }

    fn early<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<usize, Missing>> {
        if key.is_empty() {
            return Box::pin(std::future::ready(Err(Missing)));
        }
        Box::pin(async move { self.get(key).await.map(|got| got.len()) })
    }
}

#[repo]
impl Named for Memory {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<String, Missing>> {
        Store.read(key).boxed()
    }

    fn elided(&self, key: String) -> BoxFuture<'_, Result<String, Missing>> {
        Box::pin(async move { Store.read(&key).await })
    }

    fn owned(self: Arc<Self>, key: String) -> BoxFuture<'static, Result<String, Missing>> {
        Box::pin(async move { Named::get(&*self, &key).await })
    }

    fn local(&self) -> LocalBoxFuture<'_, usize> {
        let shared = std::rc::Rc::new(1);
        Box::pin(async move {
            let _ = Store.read("local").await;
            *shared
        })
    }
}

struct Plain;

impl Named for Plain {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<String, Missing>> {
        Store.read(key).boxed()
    }

    fn elided(&self, key: String) -> BoxFuture<'_, Result<String, Missing>> {
        Box::pin(async move { Store.read(&key).await })
    }

    fn owned(self: Arc<Self>, key: String) -> BoxFuture<'static, Result<String, Missing>> {
        Box::pin(async move { Store.read(&key).await })
    }

    fn local(&self) -> LocalBoxFuture<'_, usize> {
        Box::pin(async { Store.read("local").await.map_or(0, |got| got.len()) })
    }
}

struct Service<E: ?Sized, N: ?Sized> {
    expanded: Box<E>,
    named: Arc<N>,
}

#[traced_service(calls(expanded, named))]
impl<E: Expanded + ?Sized, N: Named + ?Sized> Service<E, N> {
    pub async fn expanded(&self, key: &str) -> Result<usize, Missing> {
        let got = self.expanded.get(key).await?;
        Ok(got.len() + self.expanded.get_twice(key).await?)
    }

    pub async fn named(&self, key: &str) -> Result<usize, Missing> {
        let got = self.named.get(key).await?;
        Ok(got.len() + self.named.get_twice(key).await? + self.named.early(key).await?)
    }
}

fn service() -> Service<dyn Expanded, dyn Named> {
    Service { expanded: Box::new(Memory), named: Arc::new(Memory) }
}

#[tokio::test]
async fn a_trait_that_is_expanded_already() {
    let seen = seen(send(async { service().expanded("a").await })).await;
    assert_eq!(seen.value, Ok(9));
    assert_eq!(
        seen.tree,
        "\
request
  Service.expanded
    Memory.get
      Store.read
    Expanded.get_twice
      Memory.get
        Store.read
      Memory.get
        Store.read
"
    );
    assert_eq!(
        seen.outcomes,
        "\
repo Expanded.get_twice: 1 ok
repo Memory.get: 3 ok
repo Store.read: 3 ok
service Service.expanded: 1 ok
"
    );
}

#[tokio::test]
async fn async_trait_implements_what_was_expanded_by_hand() {
    let seen = seen(async {
        let ctx = Ctx::current();
        let spawned = tokio::spawn(async move {
            let object: Arc<dyn Expanded> = Arc::new(ByAttribute);
            (object.get_ctx(ctx, "a").await, object.get_twice_ctx(ctx, "missing").await)
        });
        spawned.await.unwrap()
    });
    let seen = seen.await;
    assert_eq!(seen.value, (read("a"), Err(Missing)));
    assert_eq!(
        seen.tree,
        "\
request
  ByAttribute.get
    Store.read
  Expanded.get_twice [error: Missing]
    ByAttribute.get [error: Missing]
      Store.read [error: Missing]
"
    );
    assert_eq!(
        seen.outcomes,
        "\
repo ByAttribute.get: 1 ok 1 error
repo Expanded.get_twice: 1 error
repo Store.read: 1 ok 1 error
"
    );
}

#[tokio::test]
async fn a_trait_of_box_futures() {
    let seen = seen(send(async { (service().named("a").await, service().named("missing").await) })).await;
    assert_eq!(seen.value, (Ok(12), Err(Missing)));
    assert_eq!(
        seen.tree,
        "\
request
  Service.named
    Memory.get
      Store.read
    Named.get_twice
      Memory.get
        Store.read
      Memory.get
        Store.read
    Named.early
      Memory.get
        Store.read
  Service.named [error: Missing]
    Memory.get [error: Missing]
      Store.read [error: Missing]
"
    );
    assert_eq!(
        seen.outcomes,
        "\
repo Memory.get: 4 ok 1 error
repo Named.early: 1 ok
repo Named.get_twice: 1 ok
repo Store.read: 4 ok 1 error
service Service.named: 1 ok 1 error
"
    );
}

#[tokio::test]
async fn box_futures_of_every_lifetime() {
    let seen = seen(async {
        let memory = Arc::new(Memory);
        let elided = memory.elided("a".to_owned()).await;
        let owned = Arc::clone(&memory).owned("b".to_owned()).await;
        (elided, owned, memory.local().await, memory.early("").await)
    });
    let seen = seen.await;
    assert_eq!(seen.value, (read("a"), read("b"), 1, Err(Missing)));
    assert_eq!(
        seen.tree,
        "\
request
  Memory.elided
    Store.read
  Memory.owned
    Memory.get
      Store.read
  Memory.local
    Store.read
  Named.early [error: Missing]
"
    );
    assert_eq!(
        seen.outcomes,
        "\
repo Memory.elided: 1 ok
repo Memory.get: 1 ok
repo Memory.local: 1 ok
repo Memory.owned: 1 ok
repo Named.early: 1 error
repo Store.read: 3 ok
"
    );
}

#[tokio::test]
async fn twins_over_who_knows_nothing_of_it_pass_the_context_through() {
    let seen = seen(async {
        let ctx = Ctx::current();
        let spawned = tokio::spawn(async move {
            let object: Arc<dyn Named> = Arc::new(Plain);
            let got = object.get_ctx(ctx, "a").await;
            let elided = object.elided_ctx(ctx, "b".to_owned()).await;
            let owned = Arc::clone(&object).owned_ctx(ctx, "c".to_owned()).await;
            (got, elided, owned, object.get_twice_ctx(ctx, "d").await)
        });
        let spawned = spawned.await.unwrap();
        (spawned, Plain.local_ctx(ctx).await)
    });
    let seen = seen.await;
    assert_eq!(seen.value, ((read("a"), read("b"), read("c"), Ok(6)), 7));
    assert_eq!(
        seen.tree,
        "\
request
  Store.read
  Store.read
  Store.read
  Named.get_twice
    Store.read
    Store.read
  Store.read
"
    );
    assert_eq!(seen.outcomes, "repo Named.get_twice: 1 ok\nrepo Store.read: 6 ok\n");
}
