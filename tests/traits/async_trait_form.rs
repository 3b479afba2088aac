//! The same tests of every form of `#[async_trait]`.

/// What the same calls leave, whatever the form.
pub struct Expected {
    pub shown: &'static str,
    pub shown_outcomes: &'static str,
    pub missing: &'static str,
    pub missing_outcomes: &'static str,
    pub twice: &'static str,
    pub twice_outcomes: &'static str,
    pub in_ctx: &'static str,
}

/// Of an implementation that is annotated.
pub const ANNOTATED: Expected = Expected {
    shown: "\
request
  Service.show
    Memory.get
      Store.read
",
    shown_outcomes: "\
repo Memory.get: 1 ok
repo Store.read: 1 ok
service Service.show: 1 ok
",
    missing: "\
request
  Service.show [error: Missing]
    Memory.get [error: Missing]
      Store.read [error: Missing]
",
    missing_outcomes: "\
repo Memory.get: 1 error
repo Store.read: 1 error
service Service.show: 1 error
",
    twice: "\
request
  Service.twice
    Repo.get_twice
      Memory.get
        Store.read
      Memory.get
        Store.read
",
    twice_outcomes: "\
repo Memory.get: 2 ok
repo Repo.get_twice: 1 ok
repo Store.read: 2 ok
service Service.twice: 1 ok
",
    in_ctx: "\
request
  Memory.get
    Store.read
  Repo.get_twice
    Memory.get
      Store.read
    Memory.get
      Store.read
",
};

/// Of one that knows nothing of it: the context passes through.
pub const PLAIN: Expected = Expected {
    shown: "\
request
  Service.show
    Store.read
",
    shown_outcomes: "\
repo Store.read: 1 ok
service Service.show: 1 ok
",
    missing: "\
request
  Service.show [error: Missing]
    Store.read [error: Missing]
",
    missing_outcomes: "\
repo Store.read: 1 error
service Service.show: 1 error
",
    twice: "\
request
  Service.twice
    Repo.get_twice
      Store.read
      Store.read
",
    twice_outcomes: "\
repo Repo.get_twice: 1 ok
repo Store.read: 2 ok
service Service.twice: 1 ok
",
    in_ctx: "\
request
  Store.read
  Repo.get_twice
    Store.read
    Store.read
",
};

macro_rules! form {
    ($form:ident, { $($on_trait:tt)* } ($($supertraits:tt)*), { $($on_impl:tt)* }, $expected:ident) => {
        mod $form {
            #[allow(unused_imports, reason = "some forms name the macro by its path")]
            use async_trait::async_trait;
            use spanweave::testing::TestTelemetry;
            use spanweave::{repo, traced_service};

            use std::sync::Arc;

            use crate::async_trait_form::*;
            use crate::common::{Missing, Store, read, seen};

            $($on_trait)*
            pub trait Repo: $($supertraits)* {
                async fn get(&self, key: &str) -> Result<String, Missing>;

                async fn get_twice(&self, key: &str) -> Result<usize, Missing> {
                    let (one, other) = (self.get(key).await?, self.get(key).await?);
                    Ok(one.len() + other.len())
                }
            }

            #[derive(Default)]
            struct Memory {
                store: Store,
            }

            $($on_impl)*
            impl Repo for Memory {
                async fn get(&self, key: &str) -> Result<String, Missing> {
                    self.store.read(key).await
                }
            }

            struct Service<R: ?Sized> {
                repo: Arc<R>,
            }

            #[traced_service(calls(repo))]
            impl<R: Repo + Sync + ?Sized> Service<R> {
                pub async fn show(&self, key: &str) -> Result<String, Missing> {
                    self.repo.get(key).await
                }

                pub async fn twice(&self, key: &str) -> Result<usize, Missing> {
                    self.repo.get_twice(key).await
                }
            }

            fn service() -> Service<Memory> {
                Service { repo: Arc::new(Memory::default()) }
            }

            fn dynamic() -> Service<dyn Repo + Send + Sync> {
                Service { repo: Arc::new(Memory::default()) }
            }

            #[tokio::test]
            async fn a_call_of_a_known_type() {
                let seen = seen(service().show("a")).await;
                assert_eq!(seen.value, read("a"));
                assert_eq!(seen.tree, $expected.shown);
                assert_eq!(seen.outcomes, $expected.shown_outcomes);
            }

            #[tokio::test]
            async fn a_call_of_an_object() {
                let seen = seen(dynamic().show("a")).await;
                assert_eq!(seen.value, read("a"));
                assert_eq!(seen.tree, $expected.shown);
                assert_eq!(seen.outcomes, $expected.shown_outcomes);
            }

            #[tokio::test]
            async fn a_failed_call() {
                let seen = seen(dynamic().show("missing")).await;
                assert_eq!(seen.value, Err(Missing));
                assert_eq!(seen.tree, $expected.missing);
                assert_eq!(seen.outcomes, $expected.missing_outcomes);
            }

            #[tokio::test]
            async fn a_provided_method() {
                for seen in [seen(service().twice("a")).await, seen(dynamic().twice("a")).await] {
                    assert_eq!(seen.value, Ok(6));
                    assert_eq!(seen.tree, $expected.twice);
                    assert_eq!(seen.outcomes, $expected.twice_outcomes);
                }
            }

            #[tokio::test]
            async fn the_twins_take_a_context_that_is_not_the_current_one() {
                let telemetry = TestTelemetry::new();
                let ctx = telemetry.root("request").in_scope(|ctx| ctx);
                let repo: &(dyn Repo + Send + Sync) = &Memory::default();
                assert_eq!(repo.get_ctx(ctx, "a").await, read("a"));
                assert_eq!(repo.get_twice_ctx(ctx, "b").await, Ok(6));
                assert_eq!(telemetry.span_tree(), $expected.in_ctx);
            }
        }
    };
}

pub(crate) use form;
