//! Mocks of annotated traits: what is expected of a plain name is met when a service calls through `calls(…)`.

use std::sync::Arc;

use async_trait::async_trait;
use mockall::mock;
use mockall::predicate::eq;
use spanweave::{Ctx, repo, traced_service};

use crate::common::{Missing, read, seen, send};

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
