//! `#[trait_variant::make(Name: Send)]` below the attribute: two traits, each with its twins.

use spanweave::{Ctx, repo, traced_service};

use crate::common::{Missing, Store, read, seen};

mod named_below {
    use super::*;

    #[repo]
    #[trait_variant::make(Repo: Send)]
    pub trait LocalRepo {
        async fn get(&self, key: &str) -> Result<String, Missing>;
    }

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
