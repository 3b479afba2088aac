//! What traits are implemented for, and receivers that are no object's: the names of spans, and the calls.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use spanweave::{Ctx, repo};

use crate::common::{Missing, Store, read, seen, send};

#[repo]
pub trait Repo {
    fn get(&self) -> impl Future<Output = usize> + Send;
}

pub trait Other: Send + Sync {
    fn number(&self) -> usize;
}

impl Other for u8 {
    fn number(&self) -> usize {
        usize::from(*self)
    }
}

mod module {
    pub struct Generic<'g, T, const N: usize>(pub &'g [T; N]);
}

#[repo]
impl Repo for dyn Other {
    async fn get(&self) -> usize {
        self.number()
    }
}

#[repo]
impl Repo for Arc<dyn Other> {
    async fn get(&self) -> usize {
        (**self).get().await
    }
}

#[repo]
impl<T: Sync> Repo for module::Generic<'_, T, 2> {
    async fn get(&self) -> usize {
        self.0.len()
    }
}

#[repo(name = "Slice")]
impl<T: Sync> Repo for [T] {
    async fn get(&self) -> usize {
        self.len()
    }
}

#[repo(name = "Pair")]
impl<A: Repo + Sync, B: Repo + Sync> Repo for (A, B) {
    async fn get(&self) -> usize {
        self.0.get().await + self.1.get().await
    }
}

#[repo(name = "Function")]
impl Repo for fn() -> usize {
    async fn get(&self) -> usize {
        self()
    }
}

#[repo]
impl Repo for &'static str {
    async fn get(&self) -> usize {
        Store.read(self).await.map_or(0, |got| got.len())
    }
}

#[tokio::test]
async fn every_type_has_a_name() {
    let seen = seen(async {
        let ctx = Ctx::current();
        let spawned = tokio::spawn(async move {
            let object: &dyn Other = &7_u8;
            let function: fn() -> usize = || 1;
            let shared: Arc<dyn Other> = Arc::new(3_u8);
            assert_eq!(object.get_ctx(ctx).await, 7);
            assert_eq!(shared.get_ctx(ctx).await, 3);
            assert_eq!(module::Generic(&[1, 2]).get_ctx(ctx).await, 2);
            assert_eq!([1, 2, 3][..].get_ctx(ctx).await, 3);
            ("a", function).get_ctx(ctx).await
        });
        spawned.await.unwrap()
    });
    let seen = seen.await;
    assert_eq!(seen.value, 4);
    assert_eq!(
        seen.tree,
        "\
request
  Other.get
  Arc.get
    Other.get
  Generic.get
  Slice.get
  Pair.get
    str.get
      Store.read
    Function.get
"
    );
    assert_eq!(
        seen.outcomes,
        "\
repo Arc.get: 1 ok
repo Function.get: 1 ok
repo Generic.get: 1 ok
repo Other.get: 2 ok
repo Pair.get: 1 ok
repo Slice.get: 1 ok
repo Store.read: 1 ok
repo str.get: 1 ok
"
    );
}

#[repo]
#[async_trait]
pub trait Callable: Send + Sync {
    async fn call(&self, key: &str) -> Result<String, Missing>;
}

#[repo]
#[async_trait]
impl<F> Callable for F
where
    F: AsRef<str> + Send + Sync,
{
    async fn call(&self, key: &str) -> Result<String, Missing> {
        Store.read(&format!("{}{key}", self.as_ref())).await
    }
}

#[tokio::test]
async fn any_type_that_is_something_else() {
    let seen = seen(send(async { "a".call_ctx(Ctx::current(), "b").await })).await;
    assert_eq!(seen.value, read("ab"));
    assert_eq!(seen.tree, "request\n  Callable.call\n    Store.read\n");
    assert_eq!(seen.outcomes, "repo Callable.call: 1 ok\nrepo Store.read: 1 ok\n");
}

macro_rules! local {
    ($form:ident, { $($attributes:tt)* }) => {
        mod $form {
            use super::*;

            $($attributes)*
            pub trait Local {
                async fn in_rc(self: Rc<Self>, key: &str) -> Result<String, Missing>;
                async fn pinned(self: Pin<&mut Self>, key: &str) -> Result<String, Missing>;
                async fn typed(self: &Self) -> Rc<usize>;
                async fn typed_mut(self: &mut Self, key: &str) -> usize;
                async fn provided(self: Rc<Self>) -> Result<usize, Missing> {
                    self.in_rc("provided").await.map(|got| got.len())
                }
            }

            struct Memory(usize);

            $($attributes)*
            impl Local for Memory {
                async fn in_rc(self: Rc<Self>, key: &str) -> Result<String, Missing> {
                    Store.read(key).await
                }

                async fn pinned(mut self: Pin<&mut Self>, key: &str) -> Result<String, Missing> {
                    self.0 += 1;
                    Store.read(key).await
                }

                async fn typed(self: &Self) -> Rc<usize> {
                    let shared = Rc::new(self.0);
                    let _ = Store.read("typed").await;
                    shared
                }

                async fn typed_mut(self: &mut Self, key: &str) -> usize {
                    self.0 += 1;
                    let _ = Store.read(key).await;
                    self.0
                }
            }

            #[tokio::test]
            async fn receivers_that_are_not_send() {
                let seen = seen(async {
                    let ctx = Ctx::current();
                    let mut memory = Memory(1);
                    let in_rc = Rc::new(Memory(1)).in_rc_ctx(ctx, "a").await;
                    let pinned = Pin::new(&mut memory).pinned_ctx(ctx, "missing").await;
                    let typed = (*memory.typed_ctx(ctx).await, memory.typed_mut_ctx(ctx, "b").await);
                    (in_rc, pinned, typed, Rc::new(memory).provided_ctx(ctx).await)
                });
                let seen = seen.await;
                assert_eq!(seen.value, (read("a"), Err(Missing), (2, 3), Ok(10)));
                assert_eq!(
                    seen.tree,
                    "\
request
  Memory.in_rc
    Store.read
  Memory.pinned [error: Missing]
    Store.read [error: Missing]
  Memory.typed
    Store.read
  Memory.typed_mut
    Store.read
  Local.provided
    Memory.in_rc
      Store.read
"
                );
                assert_eq!(
                    seen.outcomes,
                    "\
repo Local.provided: 1 ok
repo Memory.in_rc: 2 ok
repo Memory.pinned: 1 error
repo Memory.typed: 1 ok
repo Memory.typed_mut: 1 ok
repo Store.read: 4 ok 1 error
"
                );
            }
        }
    };
}

local!(above, { #[repo] #[async_trait(?Send)] });
local!(below, { #[async_trait(?Send)] #[repo] });
