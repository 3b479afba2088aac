//! Traits that `macro_rules!` writes, and options under conditions that exclude each other.

use futures_util::future::BoxFuture;
use spanweave::{Ctx, repo};

use crate::common::{Missing, Store, read, seen};

macro_rules! repository {
    ($name:ident for $type:ident { $(fn $method:ident($argument:ident: $ty:ty) -> $returned:ty $body:block)* }) => {
        #[repo]
        pub trait $name: Send + Sync {
            $(fn $method<'a>(&'a self, $argument: $ty) -> $returned;)*
        }

        #[repo]
        impl $name for $type {
            $(fn $method<'a>(&'a self, $argument: $ty) -> $returned $body)*
        }
    };
}

struct Memory;

repository! {
    Repo for Memory {
        fn get(key: &'a str) -> BoxFuture<'a, Result<String, Missing>> {
            Box::pin(async move { Store.read(key).await })
        }
    }
}

#[tokio::test]
async fn a_body_that_is_a_fragment() {
    let seen = seen(async {
        let ctx = Ctx::current();
        tokio::spawn(async move { Memory.get_ctx(ctx, "a").await }).await.unwrap()
    });
    let seen = seen.await;
    assert_eq!(seen.value, read("a"));
    assert_eq!(seen.tree, "request\n  Memory.get\n    Store.read\n");
    assert_eq!(seen.outcomes, "repo Memory.get: 1 ok\nrepo Store.read: 1 ok\n");
}

#[repo]
pub trait Conditional: Send + Sync {
    #[cfg_attr(test, traced(name = "tested"))]
    #[cfg_attr(not(test), traced(skip = "only in tests"))]
    fn tried(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send {
        async move { Store.read(key).await }
    }

    #[cfg_attr(test, traced(name = "one"))]
    #[cfg_attr(not(test), traced(name = "other"))]
    fn named(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send {
        async move { Store.read(key).await }
    }
}

impl Conditional for Memory {}

#[tokio::test]
async fn conditions_that_exclude_each_other() {
    let seen = seen(async { (Memory.tried("a").await, Memory.named("missing").await) }).await;
    assert_eq!(seen.value, (read("a"), Err(Missing)));
    assert_eq!(
        seen.tree,
        "request\n  tested\n    Store.read\n  one [error: Missing]\n    Store.read [error: Missing]\n"
    );
    assert_eq!(
        seen.outcomes,
        "repo Conditional.named: 1 error\nrepo Conditional.tried: 1 ok\nrepo Store.read: 1 ok 1 error\n"
    );
}
