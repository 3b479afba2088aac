//! Attributes of others above and below ours, on blocks of traits and on their methods.
#![allow(clippy::non_minimal_cfg, reason = "conditions that always hold need no configuration")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use spanweave::{Ctx, repo, traced_service};
use tracing::instrument;

use crate::common::{Missing, Store, read, seen, send};

/// The names of the spans that `tracing` was asked for, on this thread.
fn instrumented<T>(run: impl FnOnce() -> T) -> (T, Vec<String>) {
    #[derive(Clone, Default)]
    struct Names(Arc<Mutex<Vec<String>>>);

    impl tracing::Subscriber for Names {
        fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            let mut names = self.0.lock().unwrap();
            let fields: Vec<_> = span.metadata().fields().iter().map(|field| field.name()).collect();
            names.push(format!("{}({})", span.metadata().name(), fields.join(", ")));
            tracing::span::Id::from_u64(names.len() as u64)
        }

        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn event(&self, _: &tracing::Event<'_>) {}
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }

    let names = Names::default();
    let value = tracing::subscriber::with_default(names.clone(), run);
    let names = std::mem::take(&mut *names.0.lock().unwrap());
    (value, names)
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

mod instrumented_async_trait {
    use super::*;

    macro_rules! form {
        ($form:ident, { $($attributes:tt)* }) => {
            mod $form {
                use super::*;

                $($attributes)*
                pub trait Repo: Send + Sync {
                    async fn get(&self, key: &str) -> Result<String, Missing>;

                    #[instrument(skip(self))]
                    async fn length(&self, key: &str, mut more: usize) -> Result<usize, Missing> {
                        more += 1;
                        Ok(self.get(key).await?.len() + more)
                    }
                }

                struct Memory;

                $($attributes)*
                impl Repo for Memory {
                    #[tracing::instrument(skip_all, fields(key), err(Debug), ret)]
                    async fn get(&self, key: &str) -> Result<String, Missing> {
                        Store.read(key).await
                    }
                }

                #[test]
                fn both_make_their_spans() {
                    let (seen, names) = instrumented(|| {
                        block_on(seen(send(async {
                            let ctx = Ctx::current();
                            let object: Arc<dyn Repo> = Arc::new(Memory);
                            (object.length("a", 2).await, object.length_ctx(ctx, "missing", 0).await)
                        })))
                    });
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
                        "\
repo Memory.get: 1 ok 1 error
repo Repo.length: 1 ok 1 error
repo Store.read: 1 ok 1 error
"
                    );
                    let twice = ["length(key, more)", "get(key)", "length(key, more)", "get(key)"];
                    assert_eq!(names, twice);
                }
            }
        };
    }

    form!(above, { #[repo] #[async_trait] });
}

mod instrumented_native {
    use super::*;

    #[repo]
    pub trait Repo: Send + Sync {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send;

        #[instrument(skip(self))]
        async fn length(&self, key: &str, (a, mut b): (usize, usize)) -> Result<usize, Missing> {
            b += a;
            Ok(self.get(key).await?.len() + b)
        }
    }

    struct Memory;

    #[repo]
    impl Repo for Memory {
        #[instrument(skip(self))]
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    #[test]
    fn both_make_their_spans() {
        let (seen, names) = instrumented(|| {
            block_on(seen(send(async {
                let ctx = Ctx::current();
                tokio::spawn(async move { Memory.length_ctx(ctx, "a", (1, 2)).await }).await.unwrap()
            })))
        });
        assert_eq!(seen.value, Ok(6));
        assert_eq!(seen.tree, "request\n  Repo.length\n    Memory.get\n      Store.read\n");
        assert_eq!(seen.outcomes, "repo Memory.get: 1 ok\nrepo Repo.length: 1 ok\nrepo Store.read: 1 ok\n");
        assert_eq!(names, ["length(key, a, b)", "get(key)"]);
    }
}

mod said_of_callers {
    use super::*;

    #[repo]
    pub trait Native: Send + Sync {
        #[must_use]
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send;

        #[must_use = "it was expensive"]
        async fn length(&self, key: &str) -> usize {
            self.get(key).await.map_or(0, |got| got.len())
        }

        #[deprecated(note = "use `length`")]
        fn size(&self, key: &str) -> impl Future<Output = usize> + Send {
            async move { self.get(key).await.map_or(0, |got| got.len()) }
        }
    }

    #[repo]
    #[async_trait]
    pub trait Boxed: Send + Sync {
        #[must_use]
        async fn get(&self, key: &str) -> Option<String>;

        #[must_use]
        async fn length(&self, key: &str) -> usize {
            self.get(key).await.map_or(0, |got| got.len())
        }

        #[deprecated]
        #[doc(hidden)]
        #[inline(never)]
        async fn size(&self, key: &str) -> usize {
            Boxed::length(self, key).await
        }
    }

    struct Memory;

    #[repo]
    impl Native for Memory {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    #[repo]
    #[async_trait]
    #[allow(clippy::all)]
    impl Boxed for Memory {
        #[inline]
        async fn get(&self, key: &str) -> Option<String> {
            Store.read(key).await.ok()
        }
    }

    #[tokio::test]
    #[expect(deprecated, reason = "it is what is tested")]
    async fn is_said_of_the_twins_too() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let native =
                    (Native::length_ctx(&Memory, ctx, "a").await, Native::size_ctx(&Memory, ctx, "b").await);
                let object: &dyn Boxed = &Memory;
                (native, object.length_ctx(ctx, "missing").await, object.size_ctx(ctx, "d").await)
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, ((3, 3), 0, 3));
        assert_eq!(
            seen.tree,
            "\
request
  Native.length
    Memory.get
      Store.read
  Native.size
    Memory.get
      Store.read
  Boxed.length
    Memory.get
      Store.read [error: Missing]
  Boxed.size
    Boxed.length
      Memory.get
        Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Boxed.length: 2 ok
repo Boxed.size: 1 ok
repo Memory.get: 4 ok
repo Native.length: 1 ok
repo Native.size: 1 ok
repo Store.read: 3 ok 1 error
"
        );
    }
}

mod conditions {
    use super::*;

    #[cfg_attr(all(), async_trait)]
    #[cfg_attr(any(), async_trait)]
    #[cfg_attr(all(), repo)]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;

        #[cfg(any())]
        async fn absent(&self) -> NoSuchType;

        #[cfg(all())]
        #[cfg_attr(all(), traced(name = "counted"))]
        async fn count(&self, #[cfg(any())] absent: NoSuchType, #[cfg(all())] key: &str) -> usize {
            self.get(key).await.map_or(0, |got| got.len())
        }

        #[cfg_attr(all(), traced(skip = "never"))]
        async fn skipped(&self, key: &str) -> usize {
            self.count(key).await
        }
    }

    struct Memory;

    #[cfg_attr(all(), repo, async_trait)]
    impl Repo for Memory {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    #[tokio::test]
    async fn hold_for_the_twins_too() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let object: Box<dyn Repo> = Box::new(Memory);
                (object.count_ctx(ctx, "a").await, object.skipped_ctx(ctx, "missing").await)
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (3, 0));
        assert_eq!(
            seen.tree,
            "\
request
  counted
    Memory.get
      Store.read
  counted
    Memory.get [error: Missing]
      Store.read [error: Missing]
"
        );
        assert_eq!(
            seen.outcomes,
            "repo Memory.get: 1 ok 1 error\nrepo Repo.count: 2 ok\nrepo Store.read: 1 ok 1 error\n"
        );
    }
}

mod variants {
    use super::*;

    const TREE: &str = "\
request
  Service.spawned
    Repo.length
      Memory.get
        Store.read
  Service.spawned [error: Missing]
    Repo.length [error: Missing]
      Memory.get [error: Missing]
        Store.read [error: Missing]
";

    const OUTCOMES: &str = "\
repo Memory.get: 1 ok 1 error
repo Repo.length: 1 ok 1 error
repo Store.read: 1 ok 1 error
service Service.spawned: 1 ok 1 error
";

    macro_rules! form {
        ($form:ident, { $($attributes:tt)* }) => {
            mod $form {
                use super::*;

                $($attributes)*
                pub trait Repo: Sync {
                    async fn get(&self, key: &str) -> Result<String, Missing>;

                    fn length(&self, key: &str) -> impl Future<Output = Result<usize, Missing>> {
                        async move { Ok(self.get(key).await?.len()) }
                    }

                    fn all(&self) -> impl Future<Output = usize>;
                }

                struct Memory;

                #[repo]
                impl Repo for Memory {
                    async fn get(&self, key: &str) -> Result<String, Missing> {
                        Store.read(key).await
                    }

                    async fn all(&self) -> usize {
                        1
                    }
                }

                struct Service<R> {
                    repo: R,
                }

                #[traced_service(calls(repo))]
                impl<R: Repo + 'static> Service<R> {
                    pub async fn spawned(self, key: &'static str) -> Result<usize, Missing> {
                        tokio::spawn(async move { self.repo.length(key).await }).await.unwrap()
                    }

                    pub async fn all(&self) -> usize {
                        self.repo.all().await
                    }
                }

                #[tokio::test]
                async fn its_twins_are_send() {
                    let seen = seen(send(async {
                        let value = Service { repo: Memory }.spawned("a").await;
                        (value, Service { repo: Memory }.spawned("missing").await)
                    }));
                    let seen = seen.await;
                    assert_eq!(seen.value, (Ok(3), Err(Missing)));
                    assert_eq!(seen.tree, TREE);
                    assert_eq!(seen.outcomes, OUTCOMES);
                }

                #[tokio::test]
                async fn a_future_that_it_makes_send_has_a_twin() {
                    let seen = seen(send(async { Service { repo: Memory }.all().await })).await;
                    assert_eq!(seen.value, 1);
                    assert_eq!(seen.tree, "request\n  Service.all\n    Memory.all\n");
                    assert_eq!(seen.outcomes, "repo Memory.all: 1 ok\nservice Service.all: 1 ok\n");
                }
            }
        };
    }

    form!(made_below, { #[repo] #[trait_variant::make(Send)] });
    form!(made_above, { #[trait_variant::make(Send)] #[repo] });

    /// Two traits, each with its twins. The trait is written where its attributes are, as trait-variant needs it.
    macro_rules! named {
        ($form:ident, { $($declared:tt)* }) => {
            mod $form {
                use super::*;

                $($declared)*

                struct Memory;

                #[repo]
                impl Repo for Memory {
                    async fn get(&self, key: &str) -> Result<String, Missing> {
                        Store.read(key).await
                    }
                }

                struct Service<R> {
                    repo: R,
                }

                #[traced_service(calls(repo))]
                impl<R: Repo + Send + Sync + 'static> Service<R> {
                    pub async fn spawned(self, key: &'static str) -> Result<String, Missing> {
                        tokio::spawn(async move { self.repo.get(key).await }).await.unwrap()
                    }
                }

                #[tokio::test]
                async fn both_traits_have_twins() {
                    let seen = seen(async {
                        let spawned = Service { repo: Memory }.spawned("a").await;
                        (spawned, LocalRepo::get_ctx(&Memory, Ctx::current(), "b").await)
                    });
                    let seen = seen.await;
                    assert_eq!(seen.value, (read("a"), read("b")));
                    assert_eq!(
                        seen.tree,
                        "\
request
  Service.spawned
    Memory.get
      Store.read
  Memory.get
    Store.read
"
                    );
                    assert_eq!(
                        seen.outcomes,
                        "repo Memory.get: 2 ok\nrepo Store.read: 2 ok\nservice Service.spawned: 1 ok\n"
                    );
                }
            }
        };
    }

    named!(named_above, {
        #[trait_variant::make(Repo: Send)]
        #[repo]
        pub trait LocalRepo {
            async fn get(&self, key: &str) -> Result<String, Missing>;
        }
    });
    named!(named_below, {
        #[repo]
        #[trait_variant::make(Repo: Send)]
        pub trait LocalRepo {
            async fn get(&self, key: &str) -> Result<String, Missing>;
        }
    });
}
