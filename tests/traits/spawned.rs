//! Twins in tasks of their own, for every form of trait: what they do is in the trace they were given, and they are `Send`
//! where the plain method is, over annotated implementors and over those that only call what is traced.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use spanweave::{Ctx, repo};

use crate::common::{Missing, Store, read, seen, send};

const TRACED: &str = "\
request
  Repo.length
    Traced.get
      Store.read
  Repo.length [error: Missing]
    Traced.get [error: Missing]
      Store.read [error: Missing]
  Traced.get
    Store.read
";

const TRACED_OUTCOMES: &str = "\
repo Repo.length: 1 ok 1 error
repo Store.read: 2 ok 1 error
repo Traced.get: 2 ok 1 error
";

const PLAIN: &str = "\
request
  Repo.length
    Store.read
  Repo.length [error: Missing]
    Store.read [error: Missing]
  Store.read
";

const PLAIN_OUTCOMES: &str = "repo Repo.length: 1 ok 1 error\nrepo Store.read: 2 ok 1 error\n";

/// `$repo` is an expression of a shared pointer; the twins go to tasks one by one, from outside of any context.
macro_rules! is_in_the_trace {
    ($test:ident, $repo:expr, $tree:expr, $outcomes:expr) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            let request = seen(async {
                let ctx = Ctx::current();
                let repo = $repo;
                let (one, other, third) = (Arc::clone(&repo), Arc::clone(&repo), repo);
                let one = tokio::spawn(async move { one.length_ctx(ctx, "a").await }).await.unwrap();
                let other =
                    tokio::spawn(async move { other.length_ctx(ctx, "missing").await }).await.unwrap();
                let third = std::thread::spawn(move || block_on(send(third.get_ctx(ctx, "b"))));
                (one, other, third.join().unwrap())
            });
            let seen = request.await;
            assert_eq!(seen.value, (Ok(3), Err(Missing), read("b")));
            assert_eq!(seen.tree, $tree);
            assert_eq!(seen.outcomes, $outcomes);
        }
    };
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

macro_rules! of_async_trait {
    ($form:ident, { $($on_trait:tt)* } ($($supertraits:tt)*), { $($on_impl:tt)* }) => {
        mod $form {
            use super::*;

            $($on_trait)*
            pub trait Repo: $($supertraits)* {
                async fn get(&self, key: &str) -> Result<String, Missing>;

                async fn length(&self, key: &str) -> Result<usize, Missing> {
                    self.get(key).await.map(|got| got.len())
                }
            }

            struct Traced;

            $($on_impl)*
            impl Repo for Traced {
                async fn get(&self, key: &str) -> Result<String, Missing> {
                    Store.read(key).await
                }
            }

            struct Plain;

            #[async_trait]
            impl Repo for Plain {
                async fn get(&self, key: &str) -> Result<String, Missing> {
                    Store.read(key).await
                }
            }

            is_in_the_trace!(traced, Arc::new(Traced), TRACED, TRACED_OUTCOMES);
            is_in_the_trace!(plain, Arc::new(Plain), PLAIN, PLAIN_OUTCOMES);
            is_in_the_trace!(
                traced_object,
                Arc::new(Traced) as Arc<dyn Repo + Send + Sync>,
                TRACED,
                TRACED_OUTCOMES
            );
            is_in_the_trace!(plain_object, Arc::new(Plain) as Arc<dyn Repo + Send + Sync>, PLAIN, PLAIN_OUTCOMES);
        }
    };
}

of_async_trait!(above, { #[repo] #[async_trait] } (Send + Sync), { #[repo] #[async_trait] });
of_async_trait!(below, { #[async_trait] #[repo] } (Send + Sync), { #[async_trait] #[repo] });
of_async_trait!(below_no_supertrait, { #[async_trait] #[repo] } (), { #[async_trait] #[repo] });
of_async_trait!(above_sync_only, { #[repo] #[async_trait] } (Sync), { #[repo] #[async_trait] });

mod required_without_supertraits {
    use super::*;

    /// Whoever implements it need not be `Sync`: neither need its twin.
    #[repo]
    #[async_trait]
    pub trait Repo {
        async fn get(&mut self, key: &str) -> Result<String, Missing>;
        async fn peek(&self, key: &str) -> Result<String, Missing>;
    }

    #[derive(Default)]
    struct Counter(std::cell::Cell<u8>);

    /// By hand, so that its futures do not hold it.
    #[repo]
    impl Repo for Counter {
        fn get<'s, 'k, 'f>(
            &'s mut self,
            key: &'k str,
        ) -> Pin<Box<dyn Future<Output = Result<String, Missing>> + Send + 'f>>
        where
            's: 'f,
            'k: 'f,
            Self: 'f,
        {
            *self.0.get_mut() += 1;
            Box::pin(async move { Store.read(key).await })
        }

        fn peek<'s, 'k, 'f>(
            &'s self,
            key: &'k str,
        ) -> Pin<Box<dyn Future<Output = Result<String, Missing>> + Send + 'f>>
        where
            's: 'f,
            'k: 'f,
            Self: 'f,
        {
            self.0.set(self.0.get() + 1);
            let key = key.repeat(usize::from(self.0.get()));
            Box::pin(async move { Store.read(&key).await })
        }
    }

    async fn through(repo: &mut (dyn Repo + Send), ctx: Ctx) -> Result<String, Missing> {
        repo.get_ctx(ctx, "a").await
    }

    #[tokio::test]
    async fn what_is_not_sync_has_a_twin_that_is_send() {
        let counter = Counter::default();
        let seen = seen(async {
            let ctx = Ctx::current();
            let object: &(dyn Repo + Send) = &counter;
            let (one, other) = (send(counter.peek_ctx(ctx, "a")), send(object.peek_ctx(ctx, "a")));
            (one.await, other.await)
        });
        let seen = seen.await;
        assert_eq!(seen.value, (read("a"), read("aa")));
        assert_eq!(seen.tree, "request\n  Counter.peek\n    Store.read\n  Counter.peek\n    Store.read\n");
        assert_eq!(seen.outcomes, "repo Counter.peek: 2 ok\nrepo Store.read: 2 ok\n");
    }

    #[tokio::test]
    async fn what_changes_is_spawned() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let mut counter = Counter::default();
                let got = counter.get_ctx(ctx, "a").await;
                (got, through(&mut counter, ctx).await, counter.0.get())
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (read("a"), read("a"), 2));
        assert_eq!(seen.tree, "request\n  Counter.get\n    Store.read\n  Counter.get\n    Store.read\n");
        assert_eq!(seen.outcomes, "repo Counter.get: 2 ok\nrepo Store.read: 2 ok\n");
    }
}

mod native {
    use super::*;

    #[repo]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;

        async fn length(&self, key: &str) -> Result<usize, Missing> {
            self.get(key).await.map(|got| got.len())
        }
    }

    struct Traced;

    #[repo]
    impl Repo for Traced {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    struct Plain;

    impl Repo for Plain {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    is_in_the_trace!(traced, Arc::new(Traced), TRACED, TRACED_OUTCOMES);
    is_in_the_trace!(plain, Arc::new(Plain), PLAIN, PLAIN_OUTCOMES);
}

mod future {
    use super::*;

    #[repo]
    pub trait Repo: Send + Sync {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send;

        fn length(&self, key: &str) -> impl Future<Output = Result<usize, Missing>> + Send {
            async move { self.get(key).await.map(|got| got.len()) }
        }
    }

    struct Traced;

    #[repo]
    impl Repo for Traced {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    struct Plain;

    impl Repo for Plain {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send {
            Store.read(key)
        }
    }

    /// Of any implementor, as its declaration says that its futures are `Send`.
    fn any<R: Repo + 'static>(repo: Arc<R>, ctx: Ctx) -> tokio::task::JoinHandle<Result<usize, Missing>> {
        tokio::spawn(async move { repo.length_ctx(ctx, "a").await })
    }

    is_in_the_trace!(traced, Arc::new(Traced), TRACED, TRACED_OUTCOMES);
    is_in_the_trace!(plain, Arc::new(Plain), PLAIN, PLAIN_OUTCOMES);

    #[tokio::test]
    async fn of_any_type() {
        let seen = seen(async { any(Arc::new(Traced), Ctx::current()).await.unwrap() }).await;
        assert_eq!(seen.value, Ok(3));
        assert_eq!(seen.tree, "request\n  Repo.length\n    Traced.get\n      Store.read\n");
        assert_eq!(seen.outcomes, "repo Repo.length: 1 ok\nrepo Store.read: 1 ok\nrepo Traced.get: 1 ok\n");
    }
}

mod boxed {
    use super::*;

    #[repo]
    pub trait Repo: Send + Sync {
        fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<String, Missing>>;

        fn length<'a>(
            &'a self,
            key: &'a str,
        ) -> Pin<Box<dyn Future<Output = Result<usize, Missing>> + Send + 'a>> {
            Box::pin(async move { self.get(key).await.map(|got| got.len()) })
        }
    }

    struct Traced;

    #[repo]
    impl Repo for Traced {
        fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<String, Missing>> {
            Store.read(key).boxed()
        }
    }

    struct Plain;

    impl Repo for Plain {
        fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<String, Missing>> {
            async move { Store.read(key).await }.boxed()
        }
    }

    is_in_the_trace!(traced, Arc::new(Traced), TRACED, TRACED_OUTCOMES);
    is_in_the_trace!(plain, Arc::new(Plain), PLAIN, PLAIN_OUTCOMES);
    is_in_the_trace!(traced_object, Arc::new(Traced) as Arc<dyn Repo>, TRACED, TRACED_OUTCOMES);
    is_in_the_trace!(plain_object, Arc::new(Plain) as Arc<dyn Repo>, PLAIN, PLAIN_OUTCOMES);
}
