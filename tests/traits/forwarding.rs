//! Implementations for any type, for pointers, for references, and those that only pass on to a method of the same name.

use std::sync::Arc;

use async_trait::async_trait;
use spanweave::{Ctx, repo, traced_service};

use crate::common::{Missing, Store, read, seen, send};

mod blanket {
    use super::*;

    pub trait Base: Send + Sync {
        fn key(&self) -> &str;
    }

    impl Base for String {
        fn key(&self) -> &str {
            self
        }
    }

    #[repo]
    #[async_trait]
    pub trait Repo: Send + Sync {
        async fn get(&self) -> Result<String, Missing>;
    }

    #[repo]
    #[async_trait]
    impl<T: Base> Repo for T {
        async fn get(&self) -> Result<String, Missing> {
            Store.read(self.key()).await
        }
    }

    #[repo]
    pub trait Native {
        fn get(&self) -> impl Future<Output = Result<String, Missing>> + Send;
    }

    #[repo]
    impl<T> Native for T
    where
        T: Base + ?Sized,
    {
        async fn get(&self) -> Result<String, Missing> {
            Store.read(self.key()).await
        }
    }

    #[tokio::test]
    async fn any_type_has_the_trait_s_name() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let object: Box<dyn Repo> = Box::new("a".to_owned());
                (object.get_ctx(ctx).await, Native::get_ctx(&"missing".to_owned(), ctx).await)
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (read("a"), Err(Missing)));
        assert_eq!(
            seen.tree,
            "\
request
  Repo.get
    Store.read
  Native.get [error: Missing]
    Store.read [error: Missing]
"
        );
        assert_eq!(
            seen.outcomes,
            "repo Native.get: 1 error\nrepo Repo.get: 1 ok\nrepo Store.read: 1 ok 1 error\n"
        );
    }
}

mod pointers {
    use super::*;

    #[repo]
    #[async_trait]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;
        async fn length(&self, key: &str) -> Result<usize, Missing> {
            self.get(key).await.map(|got| got.len())
        }
    }

    #[async_trait]
    impl<T: Repo + ?Sized> Repo for Arc<T> {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            (**self).get(key).await
        }
    }

    #[async_trait]
    impl<T: Repo + ?Sized> Repo for &T {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            T::get(self, key).await
        }

        async fn length(&self, key: &str) -> Result<usize, Missing> {
            T::length(self, key).await
        }
    }

    #[repo]
    #[async_trait]
    impl<T: Repo + ?Sized> Repo for Box<T> {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            (**self).get(key).await
        }
    }

    struct Memory;

    #[repo]
    #[async_trait]
    impl Repo for Memory {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    struct Service<R> {
        repo: R,
    }

    #[traced_service(calls(repo))]
    impl<R: Repo> Service<R> {
        pub async fn length(&self, key: &str) -> Result<usize, Missing> {
            self.repo.length(key).await
        }
    }

    #[tokio::test]
    async fn a_pointer_forwards_without_a_span_of_its_own() {
        let seen = seen(send(async {
            let shared: Arc<dyn Repo> = Arc::new(Memory);
            let object: &dyn Repo = &Memory;
            (Service { repo: shared }.length("a").await, Service { repo: object }.length("missing").await)
        }));
        let seen = seen.await;
        assert_eq!(seen.value, (Ok(3), Err(Missing)));
        let ok = "  Service.length\n    Repo.length\n      Memory.get\n        Store.read\n";
        let failed = ok.replace('\n', " [error: Missing]\n");
        assert_eq!(seen.tree, format!("request\n{ok}{failed}"));
        assert_eq!(
            seen.outcomes,
            "\
repo Memory.get: 1 ok 1 error
repo Repo.length: 1 ok 1 error
repo Store.read: 1 ok 1 error
service Service.length: 1 ok 1 error
"
        );
    }

    #[tokio::test]
    async fn an_annotated_pointer_has_one() {
        let seen = seen(send(async {
            let object: Box<dyn Repo> = Box::new(Memory);
            Service { repo: object }.length("a").await
        }));
        let seen = seen.await;
        assert_eq!(seen.value, Ok(3));
        assert_eq!(
            seen.tree,
            "\
request
  Service.length
    Repo.length
      Box.get
        Memory.get
          Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Box.get: 1 ok
repo Memory.get: 1 ok
repo Repo.length: 1 ok
repo Store.read: 1 ok
service Service.length: 1 ok
"
        );
    }
}

/// A repository over another, which is a field in `calls(…)` of an implementation.
mod decorators {
    use super::*;

    #[repo]
    #[async_trait]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;
    }

    #[repo]
    pub trait Native: Send + Sync {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send;
    }

    struct Memory;

    #[repo]
    #[async_trait]
    impl Repo for Memory {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    struct Caching<R: ?Sized> {
        cached: &'static str,
        inner: R,
    }

    #[repo(calls(inner), strict)]
    #[async_trait]
    impl<R: Repo + ?Sized> Repo for Caching<R> {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            if key == self.cached {
                return Ok("cached".to_owned());
            }
            self.inner.get(key).await
        }
    }

    struct Retrying {
        inner: Arc<dyn Repo>,
    }

    #[repo(calls(inner))]
    impl Native for Retrying {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send {
            async move {
                match self.inner.get(key).await {
                    Ok(got) => Ok(got),
                    Err(Missing) => self.inner.get("again").await,
                }
            }
        }
    }

    #[tokio::test]
    async fn every_layer_has_its_span() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let caching: Arc<dyn Repo> = Arc::new(Caching { cached: "hit", inner: Memory });
            let retrying = Retrying { inner: caching };
            let spawned = tokio::spawn(async move {
                (retrying.get_ctx(ctx, "hit").await, retrying.get_ctx(ctx, "missing").await)
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (Ok("cached".to_owned()), read("again")));
        assert_eq!(
            seen.tree,
            "\
request
  Retrying.get
    Caching.get
  Retrying.get
    Caching.get [error: Missing]
      Memory.get [error: Missing]
        Store.read [error: Missing]
    Caching.get
      Memory.get
        Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Caching.get: 2 ok 1 error
repo Memory.get: 1 ok 1 error
repo Retrying.get: 2 ok
repo Store.read: 1 ok 1 error
"
        );
    }
}

/// The trait's method and the type's own have one name, and twins of one name.
mod same_name {
    use super::*;

    #[repo]
    #[async_trait]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;
    }

    #[repo]
    pub trait Native: Send + Sync {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send;

        fn twice(&self, key: &str) -> impl Future<Output = Result<usize, Missing>> + Send {
            async move { Ok(self.get(key).await?.len() + self.get(key).await?.len()) }
        }
    }

    #[derive(Clone)]
    struct Memory;

    #[repo]
    impl Memory {
        pub async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    #[repo(name = "MemoryAsRepo")]
    #[async_trait]
    impl Repo for Memory {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            self.get(key).await
        }
    }

    #[repo(name = "MemoryAsNative")]
    impl Native for Memory {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            self.get(key).await
        }
    }

    /// The trait is un-annotated here.
    struct Plain(Memory);

    #[async_trait]
    impl Repo for Plain {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            self.0.get(key).await
        }
    }

    /// An un-annotated inherent method, under an annotated implementation.
    struct Bare;

    impl Bare {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    #[repo]
    impl Native for Bare {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            self.get(key).await
        }
    }

    struct Service<R: ?Sized> {
        own: Memory,
        repo: Arc<R>,
    }

    #[traced_service(calls(own, repo))]
    impl<R: Repo + ?Sized> Service<R> {
        pub async fn both(&self, key: &str) -> Result<usize, Missing> {
            Ok(self.own.get(key).await?.len() + self.repo.get(key).await?.len())
        }
    }

    #[tokio::test]
    async fn the_trait_s_method_calls_the_type_s_own() {
        let service: Service<dyn Repo> = Service { own: Memory, repo: Arc::new(Memory) };
        let seen = seen(send(service.both("a"))).await;
        assert_eq!(seen.value, Ok(6));
        assert_eq!(
            seen.tree,
            "\
request
  Service.both
    Memory.get
      Store.read
    MemoryAsRepo.get
      Memory.get
        Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Memory.get: 2 ok
repo MemoryAsRepo.get: 1 ok
repo Store.read: 2 ok
service Service.both: 1 ok
"
        );
    }

    #[tokio::test]
    async fn every_twin_is_the_one_that_was_called() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let own = Memory.get_ctx(ctx, "a").await;
                let repo = Repo::get_ctx(&Memory, ctx, "b").await;
                let native = Native::get_ctx(&Memory, ctx, "missing").await;
                let plain = Plain(Memory).get_ctx(ctx, "c").await;
                (own, repo, native, plain, Bare.twice_ctx(ctx, "d").await)
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (read("a"), read("b"), Err(Missing), read("c"), Ok(6)));
        assert_eq!(
            seen.tree,
            "\
request
  Memory.get
    Store.read
  MemoryAsRepo.get
    Memory.get
      Store.read
  MemoryAsNative.get [error: Missing]
    Memory.get [error: Missing]
      Store.read [error: Missing]
  Memory.get
    Store.read
  Native.twice
    Bare.get
      Store.read
    Bare.get
      Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Bare.get: 2 ok
repo Memory.get: 3 ok 1 error
repo MemoryAsNative.get: 1 error
repo MemoryAsRepo.get: 1 ok
repo Native.twice: 1 ok
repo Store.read: 5 ok 1 error
"
        );
    }

    /// What the type's own method gives is still what its plain name gives, with and without the trait in scope.
    #[tokio::test]
    async fn a_trait_whose_name_for_the_type_is_the_same_is_one_method_in_the_metrics() {
        let seen = seen(async {
            let native = Native::get(&Bare, "a").await;
            (native, Bare.get("b").await)
        });
        let seen = seen.await;
        assert_eq!(seen.value, (read("a"), read("b")));
        assert_eq!(seen.tree, "request\n  Bare.get\n    Store.read\n  Store.read\n");
        assert_eq!(seen.outcomes, "repo Bare.get: 1 ok\nrepo Store.read: 2 ok\n");
    }
}
