//! What `#[async_trait]` asks of a trait's methods, it asks of their twins: bounds of provided methods, and lifetimes.

use std::sync::Arc;

use async_trait::async_trait;
use spanweave::{Ctx, repo};

use crate::common::{Missing, Store, read, seen, send};

mod provided {
    use super::*;

    /// async-trait asks for `Self: Sync`, or `Self: Send`, where a method is provided, and not of all implementors.
    #[repo]
    #[async_trait]
    pub trait Repo {
        async fn get(&mut self, key: &str) -> Result<String, Missing>;

        async fn shared(&self) -> usize {
            1
        }

        async fn exclusive(&mut self) -> Result<usize, Missing> {
            self.get("a").await.map(|got| got.len())
        }

        async fn in_box(mut self: Box<Self>) -> Result<usize, Missing> {
            self.get("missing").await.map(|got| got.len())
        }

        async fn in_arc(self: Arc<Self>) -> usize {
            self.shared().await
        }

        async fn by_value(mut self) -> Result<String, Missing>
        where
            Self: Sized,
        {
            self.get("b").await
        }
    }

    #[derive(Clone)]
    struct Memory;

    #[async_trait]
    impl Repo for Memory {
        async fn get(&mut self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    #[tokio::test]
    async fn twins_of_every_receiver() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let shared = Memory.shared_ctx(ctx).await;
                let exclusive = Memory.exclusive_ctx(ctx).await;
                let in_box = Box::new(Memory).in_box_ctx(ctx).await;
                let in_arc = Arc::new(Memory).in_arc_ctx(ctx).await;
                (shared, exclusive, in_box, in_arc, Memory.by_value_ctx(ctx).await)
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (1, Ok(3), Err(Missing), 1, read("b")));
        assert_eq!(
            seen.tree,
            "\
request
  Repo.shared
  Repo.exclusive
    Store.read
  Repo.in_box [error: Missing]
    Store.read [error: Missing]
  Repo.in_arc
    Repo.shared
  Repo.by_value
    Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Repo.by_value: 1 ok
repo Repo.exclusive: 1 ok
repo Repo.in_arc: 1 ok
repo Repo.in_box: 1 error
repo Repo.shared: 2 ok
repo Store.read: 2 ok 1 error
"
        );
    }
}

mod lifetimes {
    use super::*;

    #[repo]
    #[async_trait]
    pub trait Repo: Send + Sync {
        async fn named<K>(&self, key: K) -> Result<String, Missing>
        where
            K: AsRef<str> + Send + 'async_trait,
            Self: Sized;
    }

    struct Memory;

    #[repo]
    #[async_trait]
    impl Repo for Memory {
        async fn named<K>(&self, key: K) -> Result<String, Missing>
        where
            K: AsRef<str> + Send + 'async_trait,
        {
            let key = key.as_ref().to_owned();
            Store.read(&key).await
        }
    }

    #[tokio::test]
    async fn a_clause_that_names_the_lifetime_of_async_trait() {
        let seen = seen(async {
            let ctx = Ctx::current();
            tokio::spawn(async move { Memory.named_ctx(ctx, "a").await }).await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, read("a"));
        assert_eq!(seen.tree, "request\n  Memory.named\n    Store.read\n");
        assert_eq!(seen.outcomes, "repo Memory.named: 1 ok\nrepo Store.read: 1 ok\n");
    }
}

mod nested_opaque {
    use super::*;

    #[repo]
    #[async_trait]
    pub trait Repo: Send + Sync {
        async fn lengths(&self, keys: impl Iterator<Item = impl AsRef<str> + Send> + Send + 'static) -> usize
        where
            Self: Sized;
    }

    struct Memory;

    #[repo]
    #[async_trait]
    impl Repo for Memory {
        async fn lengths(
            &self,
            keys: impl Iterator<Item = impl AsRef<str> + Send> + Send + 'static,
        ) -> usize {
            let _ = Store.read("lengths").await;
            keys.map(|key| key.as_ref().len()).sum()
        }
    }

    #[tokio::test]
    async fn an_opaque_argument_in_another() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                send(Memory.lengths_ctx(ctx, ["a".to_owned(), "bc".to_owned()].into_iter())).await
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, 3);
        assert_eq!(seen.tree, "request\n  Memory.lengths\n    Store.read\n");
        assert_eq!(seen.outcomes, "repo Memory.lengths: 1 ok\nrepo Store.read: 1 ok\n");
    }
}
