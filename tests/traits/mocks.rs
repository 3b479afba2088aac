//! Mocks of annotated traits: what is expected of a plain name is met when a service calls through `calls(…)`. By hand, and by
//! `#[automock]` below the attribute.

use std::sync::Arc;

use async_trait::async_trait;
use mockall::predicate::eq;
use mockall::{automock, mock};
use spanweave::{Ctx, repo, traced_service};

use crate::common::{Missing, Store, read, seen, send};

const TREE: &str = "\
request
  Service.show
  Service.show [error: Missing]
";

const OUTCOMES: &str = "service Service.show: 1 ok 1 error\n";

macro_rules! service {
    () => {
        pub struct Service<R: ?Sized> {
            pub repo: Arc<R>,
        }

        #[traced_service(calls(repo), strict)]
        impl<R: Repo + ?Sized> Service<R> {
            pub async fn show(&self, key: &str) -> Result<usize, Missing> {
                Ok(self.repo.get(key).await?.len())
            }
        }
    };
}

/// Expects each of both keys once, and nothing else.
macro_rules! expected {
    ($mock:expr) => {{
        let mut mock = $mock;
        mock.expect_get().with(eq("a")).times(1).returning(|_| Ok("mocked".to_owned()));
        mock.expect_get().with(eq("missing")).times(1).returning(|_| Err(Missing));
        mock
    }};
}

macro_rules! is_met {
    ($test:ident, $object:expr) => {
        #[tokio::test]
        async fn $test() {
            let service = Service { repo: $object };
            let seen = seen(send(async { (service.show("a").await, service.show("missing").await) })).await;
            assert_eq!(seen.value, (Ok(6), Err(Missing)));
            assert_eq!(seen.tree, TREE);
            assert_eq!(seen.outcomes, OUTCOMES);
        }
    };
}

mod by_hand {
    use super::*;

    #[repo]
    #[async_trait]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;

        async fn twice(&self, key: &str) -> Result<usize, Missing> {
            Ok(self.get(key).await?.len() + self.get(key).await?.len())
        }
    }

    mock! {
        pub Repository {}

        #[async_trait]
        impl Repo for Repository {
            async fn get(&self, key: &str) -> Result<String, Missing>;
        }
    }

    mock! {
        pub Cloned {
            pub fn name(&self) -> String;
        }

        impl Clone for Cloned {
            fn clone(&self) -> Self;
        }

        #[async_trait::async_trait]
        impl Repo for Cloned {
            async fn get(&self, key: &str) -> Result<String, Missing>;
            async fn twice(&self, key: &str) -> Result<usize, Missing>;
        }
    }

    service!();
    is_met!(a_mock, Arc::new(expected!(MockRepository::new())));
    is_met!(an_object_that_is_a_mock, Arc::new(expected!(MockRepository::new())) as Arc<dyn Repo>);
    is_met!(a_mock_of_several_traits, Arc::new(expected!(MockCloned::new())));

    #[tokio::test]
    async fn a_provided_method_is_traced_over_a_mock() {
        let mut mock = MockRepository::new();
        mock.expect_get().with(eq("a")).times(2).returning(read);
        let seen = seen(async {
            let ctx = Ctx::current();
            tokio::spawn(async move { mock.twice_ctx(ctx, "a").await }).await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, Ok(6));
        assert_eq!(seen.tree, "request\n  Repo.twice\n");
        assert_eq!(seen.outcomes, "repo Repo.twice: 1 ok\n");
    }
}

/// The trait is written where its attributes are: mockall mixes what it is given with what it writes, and `macro_rules!` would
/// tell them apart.
macro_rules! of_async_trait {
    ($form:ident, { $($declared:tt)* }) => {
        mod $form {
            use super::*;

            $($declared)*

            service!();
            is_met!(a_mock, Arc::new(expected!(MockRepo::new())));
            is_met!(an_object_that_is_a_mock, Arc::new(expected!(MockRepo::new())) as Arc<dyn Repo>);

            #[tokio::test]
            async fn the_twin_calls_what_is_expected() {
                let mut mock = MockRepo::new();
                mock.expect_get().with(eq("a")).times(1).returning(|_| Err(Missing));
                mock.expect_unexpected().times(1).return_const(5_usize);
                let seen = seen(async {
                    let ctx = Ctx::current();
                    let spawned = async move { (mock.get_ctx(ctx, "a").await, mock.unexpected_ctx(ctx).await) };
                    tokio::spawn(spawned).await.unwrap()
                });
                let seen = seen.await;
                assert_eq!(seen.value, (Err(Missing), 5));
                assert_eq!(seen.tree, "request\n");
                assert_eq!(seen.outcomes, "");
            }

            #[tokio::test]
            async fn a_mock_that_reads_what_is_traced_passes_the_context_through() {
                let mut mock = MockRepo::new();
                mock.expect_unexpected().times(1).returning(|| {
                    let ctx = Ctx::current();
                    ctx.set("mocked", true);
                    usize::from(ctx.is_recording())
                });
                let telemetry = spanweave::testing::TestTelemetry::new();
                let value = telemetry.root("request").run(async { mock.unexpected_ctx(Ctx::current()).await });
                assert_eq!(value.await, 1);
                assert_eq!(telemetry.span_tree_with(&["mocked"]), "request mocked=true\n");
                assert!(telemetry.methods().is_empty());
            }

            struct Memory;

            #[repo]
            #[async_trait]
            impl Repo for Memory {
                async fn get(&self, key: &str) -> Result<String, Missing> {
                    Store.read(key).await
                }
            }

            #[tokio::test]
            async fn an_implementation_beside_it_is_traced() {
                let seen = seen(async {
                    let ctx = Ctx::current();
                    tokio::spawn(async move { Memory.unexpected_ctx(ctx).await }).await.unwrap()
                });
                let seen = seen.await;
                assert_eq!(seen.value, 12);
                assert_eq!(seen.tree, "request\n  Repo.unexpected\n    Memory.get\n      Store.read\n");
                assert_eq!(
                    seen.outcomes,
                    "repo Memory.get: 1 ok\nrepo Repo.unexpected: 1 ok\nrepo Store.read: 1 ok\n"
                );
            }
        }
    };
}

of_async_trait!(below, {
    #[repo]
    #[automock]
    #[async_trait]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;

        async fn unexpected(&self) -> usize {
            self.get("unexpected").await.map_or(0, |got| got.len())
        }
    }
});
of_async_trait!(below_async_trait, {
    #[repo]
    #[async_trait]
    #[automock]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;

        async fn unexpected(&self) -> usize {
            self.get("unexpected").await.map_or(0, |got| got.len())
        }
    }
});
of_async_trait!(by_path, {
    #[repo]
    #[mockall::automock]
    #[async_trait::async_trait]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;

        async fn unexpected(&self) -> usize {
            self.get("unexpected").await.map_or(0, |got| got.len())
        }
    }
});
of_async_trait!(behind_a_condition, {
    #[repo]
    #[cfg_attr(test, automock)]
    #[async_trait]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;

        async fn unexpected(&self) -> usize {
            self.get("unexpected").await.map_or(0, |got| got.len())
        }
    }
});

mod native {
    use super::*;

    #[repo]
    #[automock]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;

        async fn length(&self, key: &str) -> Result<usize, Missing> {
            self.get(key).await.map(|got| got.len())
        }
    }

    pub struct Service<R> {
        pub repo: Arc<R>,
    }

    #[traced_service(calls(repo), strict)]
    impl<R: Repo> Service<R> {
        pub async fn show(&self, key: &str) -> Result<usize, Missing> {
            Ok(self.repo.get(key).await?.len())
        }
    }

    is_met!(a_mock, Arc::new(expected!(MockRepo::new())));
}

mod future {
    use super::*;

    #[repo]
    #[cfg_attr(test, automock)]
    pub trait Repo: Send + Sync {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send;
    }

    pub struct Service<R> {
        pub repo: Arc<R>,
    }

    #[traced_service(calls(repo), strict)]
    impl<R: Repo> Service<R> {
        pub async fn show(&self, key: &str) -> Result<usize, Missing> {
            Ok(self.repo.get(key).await?.len())
        }
    }

    fn mocked() -> MockRepo {
        let mut mock = MockRepo::new();
        mock.expect_get()
            .with(eq("a"))
            .times(1)
            .returning(|_| Box::pin(std::future::ready(Ok("mocked".to_owned()))));
        mock.expect_get()
            .with(eq("missing"))
            .times(1)
            .returning(|_| Box::pin(async { Store.read("missing").await }));
        mock
    }

    #[tokio::test]
    async fn a_future_that_the_mock_returns_runs_in_the_context() {
        let service = Service { repo: Arc::new(mocked()) };
        let seen = seen(send(async { (service.show("a").await, service.show("missing").await) })).await;
        assert_eq!(seen.value, (Ok(6), Err(Missing)));
        assert_eq!(
            seen.tree,
            "\
request
  Service.show
  Service.show [error: Missing]
    Store.read [error: Missing]
"
        );
        assert_eq!(seen.outcomes, "repo Store.read: 1 error\nservice Service.show: 1 ok 1 error\n");
    }

    #[tokio::test]
    async fn its_twin_can_be_spawned() {
        let mock = mocked();
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned =
                tokio::spawn(
                    async move { (mock.get_ctx(ctx, "a").await, mock.get_ctx(ctx, "missing").await) },
                );
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (Ok("mocked".to_owned()), Err(Missing)));
        assert_eq!(seen.tree, "request\n  Store.read [error: Missing]\n");
        assert_eq!(seen.outcomes, "repo Store.read: 1 error\n");
    }
}
