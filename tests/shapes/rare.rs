//! Shapes that are met seldom, and have not compiled at first.

use std::error::Error;
use std::fmt;

use sqlx::{SqliteExecutor, SqlitePool};

pub struct User {
    id: i64,
    name: String,
}

each_way! {
    types {
        pub struct Service;
    }
    block {
        impl Service {
            pub async fn opaque_error(&self) -> Result<u8, impl Error> {
                Err(fmt::Error)
            }

            pub async fn anonymous(&self, executor: impl SqliteExecutor<'_>) -> sqlx::Result<i64> {
                sqlx::query_scalar("SELECT 1").fetch_one(executor).await
            }

            pub async fn anonymous_items(&self, names: impl Iterator<Item = &str> + Send) -> usize {
                names.map(str::len).sum()
            }

            #[deny(unfulfilled_lint_expectations)]
            pub async fn expected(&self, #[expect(unused_variables)] unused: u8) -> u8 {
                1
            }

            pub async fn renamed(&self, User { id: ref mut number, name: _ }: User) -> i64 {
                *number += 1;
                *number
            }

            pub async fn by_mutable_reference(&self, ref mut count: usize, (ref mut a, b): (u8, u8)) -> usize {
                *count += 1;
                *a += b;
                *count + usize::from(*a)
            }
        }
    }
    tests {
        #[tokio::test]
        async fn an_impl_trait_may_leave_its_lifetime_out() {
            let seen = seen();
            let pool = SqlitePool::connect("sqlite::memory:").await.unwrap();
            seen.run(async {
                assert_eq!(crate::seen::is_send(Service.anonymous(&pool)).await.unwrap(), 1);
                assert_eq!(Service.anonymous_items(["ab"].into_iter()).await, 2);
            })
            .await;
            seen.assert(&["Service.anonymous", "  repo: SELECT", "Service.anonymous_items"]);
        }

        #[tokio::test]
        async fn an_error_without_a_name_is_an_error() {
            let seen = seen();
            seen.run(async { assert!(Service.opaque_error().await.is_err()) }).await;
            seen.assert(&["Service.opaque_error [error: core::fmt::Error]"]);
        }

        #[tokio::test]
        async fn what_is_borrowed_exclusively_by_a_pattern_is_the_methods() {
            let seen = seen();
            seen.run(async {
                assert_eq!(Service.expected(1).await, 1);
                let user = User { id: 1, name: String::new() };
                assert_eq!(user.name, "");
                assert_eq!(Service.renamed(user).await, 2);
                assert_eq!(Service.by_mutable_reference(1, (2, 3)).await, 7);
            })
            .await;
            seen.assert(&["Service.expected", "Service.renamed", "Service.by_mutable_reference"]);
        }
    }
}

macro_rules! bodies {
    ($name:ident $block:block $free:ident $free_block:block) => {
        pub struct $name;

        #[spanweave::traced_service]
        impl $name {
            pub async fn method(&self) -> Result<u8, fmt::Error> $block

            pub fn boxed(&self) -> futures_util::future::BoxFuture<'_, u8> $free_block
        }

        #[spanweave::traced]
        pub async fn $free() -> Result<u8, fmt::Error> $block
    };
}

bodies!(Fragments { Err(fmt::Error) } free { Box::pin(async { 1 }) });

#[tokio::test]
async fn a_body_may_be_a_fragment() {
    let seen = crate::seen::Seen::new(crate::seen::Way::Service);
    seen.run(async {
        assert_eq!(Fragments.method().await, Err(fmt::Error));
        assert_eq!(Fragments.boxed().await, 1);
        assert_eq!(free().await, Err(fmt::Error));
    })
    .await;
    seen.assert(&[
        "Fragments.method [error: core::fmt::Error]",
        "Fragments.boxed",
        "rare.free [error: core::fmt::Error]",
    ]);
}

macro_rules! named {
    ($name:ident) => {
        #[spanweave::repo]
        impl Named {
            pub async fn $name(&self) -> u8 {
                1
            }
        }
    };
}

/// A method whose name is a fragment, and whose twin nobody calls.
#[deny(dead_code)]
mod never_called {
    pub struct Named;

    named!(id);
}

#[tokio::test]
async fn a_twin_that_nobody_calls_is_no_dead_code() {
    let seen = crate::seen::Seen::new(crate::seen::Way::Service);
    assert_eq!(seen.run(never_called::Named.id()).await, 1);
    seen.assert(&["Named.id"]);
}

/// An alias that has a known name, and a `Result` in it.
mod aliased {
    use std::future::Future;
    use std::pin::Pin;

    type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, std::fmt::Error>> + Send + 'a>>;

    each_way! {
        types {
            pub struct Service;
        }
        block {
            impl Service {
                pub fn boxed(&self) -> BoxFuture<'_, u8> {
                    Box::pin(async move { Err(std::fmt::Error) })
                }
            }
        }
        tests {
            #[tokio::test]
            async fn an_alias_may_hide_a_result() {
                let seen = seen();
                assert_eq!(seen.run(Service.boxed()).await, Err(std::fmt::Error));
                seen.assert(&["Service.boxed [error: core::fmt::Error]"]);
            }
        }
    }
}

/// Names of the prelude that mean something else where the block stands.
mod own_prelude {
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Filter {
        None,
        Some(u8),
    }

    each_way! {
        types {
            use Filter::*;

            pub struct Service;
        }
        block {
            impl Service {
                pub async fn filter(&self, filter: Filter) -> Filter {
                    if filter == None { Some(1) } else { filter }
                }
            }
        }
        tests {
            #[tokio::test]
            async fn some_may_be_the_users() {
                let seen = seen();
                assert_eq!(seen.run(Service.filter(None)).await, Some(1));
                seen.assert(&["Service.filter"]);
            }
        }
    }
}

/// What a label's value borrows is free again when the body runs.
mod labels {
    use std::sync::Mutex;

    use spanweave::{Ctx, traced_service};

    use crate::seen::{Seen, Way, is_send};

    pub struct Service {
        name: Mutex<String>,
    }

    #[traced_service(sync)]
    impl Service {
        #[traced(metric = "locked_duration_seconds", labels(name = self.name.lock().unwrap().as_str()))]
        pub fn locked(&self) -> bool {
            self.name.try_lock().is_ok()
        }

        #[must_use]
        #[traced(metric = "locked_duration_seconds", labels(name = self.name.lock().unwrap().as_str()))]
        pub async fn stays(&self) -> bool {
            self.name.try_lock().is_ok()
        }

        #[traced(metric = "locked_duration_seconds", labels(name = self.name.lock().unwrap().as_str()))]
        pub async fn given_ctx(&self, ctx: Ctx) -> bool {
            ctx.is_recording() && self.name.try_lock().is_ok()
        }

        #[traced(metric = "owned_duration_seconds", labels(name = name.as_str()))]
        pub async fn owned(&self, name: String) -> String {
            name
        }
    }

    #[tokio::test]
    async fn a_guard_is_gone() {
        let seen = Seen::new(Way::Service);
        let service = Service { name: Mutex::new("a".to_owned()) };
        let calls = async {
            let free = [service.locked(), is_send(service.stays()).await, service.given().await];
            (free, service.owned("b".to_owned()).await)
        };
        assert_eq!(seen.run(calls).await, ([true; 3], "b".to_owned()));
        seen.assert(&["Service.locked", "Service.stays", "Service.given", "Service.owned"]);
    }
}

/// Blocks that are not `move` borrow what outlives the function, and nothing of the function's own.
mod borrowing {
    use std::future::Future;

    use async_trait::async_trait;
    use futures_util::StreamExt;
    use futures_util::future::BoxFuture;
    use futures_util::stream::{self, Stream};
    use spanweave::{repo, traced_service};

    use crate::seen::{Seen, Way};

    pub struct Values(u8);

    #[async_trait]
    pub trait Read {
        async fn other(&self) -> u8;
        fn value(&self) -> BoxFuture<'_, u8>;
    }

    #[repo]
    #[async_trait]
    impl Read for Values {
        async fn other(&self) -> u8 {
            self.0
        }

        fn value(&self) -> BoxFuture<'_, u8> {
            Box::pin(async { self.0 })
        }
    }

    #[repo]
    impl Values {
        pub async fn get(&self, plus: u8) -> u8 {
            self.0 + plus
        }
    }

    pub struct Service {
        values: Values,
    }

    #[traced_service(calls(values))]
    impl Service {
        pub fn later(&self) -> impl Future<Output = u8> {
            let _ = 1;
            async { self.values.get(1).await }
        }

        pub fn each(&self) -> impl Stream<Item = u8> {
            stream::iter([1, 2]).then(async |plus| self.values.get(plus).await)
        }
    }

    #[tokio::test]
    async fn what_is_returned_runs_on() {
        let seen = Seen::new(Way::Service);
        let service = Service { values: Values(1) };
        let calls = async {
            let later = service.later().await;
            let each = service.each().collect::<Vec<_>>().await;
            (later, each, service.values.value().await + service.values.other().await)
        };
        assert_eq!(seen.run(calls).await, (2, vec![2, 3], 2));
        seen.assert(&[
            "Service.later",
            "  Values.get",
            "Service.each",
            "  Values.get",
            "  Values.get",
            "Values.value",
            "Values.other",
        ]);
    }

    #[repo]
    impl Service {
        pub fn made(&self) -> impl Future<Output = u8> + use<> {
            let value = Self::parsed();
            async move { value }
        }

        #[traced]
        fn parsed() -> u8 {
            1
        }
    }

    /// What was called has a parent, also if what was made never runs.
    #[tokio::test]
    async fn a_making_that_called_something_has_begun() {
        let seen = Seen::new(Way::Service);
        let service = Service { values: Values(1) };
        seen.run(async { drop(service.made()) }).await;
        seen.assert(&["Service.made [cancelled]", "  Service.parsed"]);
    }
}
