//! `calls(…)` in the places where it passes the context on, and in those where it must not.

use std::future::Future;
use std::ops::Deref;

use spanweave::{Ctx, repo, traced_service};

#[derive(Clone, Default)]
pub struct Tasks {
    finder: Finder,
}

#[derive(Clone, Default)]
pub struct Finder;

impl Finder {
    pub async fn find(&self) -> u8 {
        1
    }
}

#[repo]
impl Tasks {
    pub async fn count(&self) -> Result<usize, String> {
        Ok(1)
    }

    pub async fn by_id<T: Default>(&self, _id: i64) -> Option<T> {
        Some(T::default())
    }

    pub fn finder(&self) -> &Finder {
        &self.finder
    }
}

pub struct Guarded {
    inner: Tasks,
}

impl Deref for Guarded {
    type Target = Tasks;

    fn deref(&self) -> &Tasks {
        &self.inner
    }
}

#[traced_service(calls(inner))]
impl Guarded {
    pub async fn count(&self) -> Result<usize, String> {
        self.inner.count().await
    }
}

pub struct Service {
    tasks: Tasks,
    guarded: Guarded,
}

async fn both<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    (a.await, b.await)
}

macro_rules! join {
    ($a:expr, $b:expr $(,)?) => {
        both($a, $b).await
    };
}

#[traced_service(calls(tasks, guarded))]
impl Service {
    pub async fn awaited(&self, ctx: &str) -> Result<usize, String> {
        let tasks = self.tasks.clone();
        let id = self.tasks.by_id::<i64>(ctx.len() as i64).await.unwrap_or_default();
        let found = self.tasks.finder().find().await;
        Ok(self.guarded.count().await? + tasks.count().await? + id as usize + usize::from(found))
    }

    pub async fn joined(&self) -> usize {
        let (a, b) = join!(self.tasks.count(), self.guarded.count());
        a.unwrap_or(0) + b.unwrap_or(0)
    }

    pub async fn nested(&self) -> usize {
        struct Inner {
            tasks: Tasks,
        }
        impl Inner {
            async fn count(&self) -> usize {
                self.tasks.count().await.unwrap_or(0)
            }
        }
        let counted = async move { self.tasks.count().await };
        Inner { tasks: Tasks::default() }.count().await + counted.await.unwrap_or(0)
    }
}

pub struct OneField(Tasks);

#[traced_service(calls(0))]
impl OneField {
    pub async fn count(&self) -> Result<usize, String> {
        self.0.count().await
    }
}

pub struct Named(Tasks);

#[traced_service(calls(0))]
impl Named {
    pub async fn count_ctx(&self, ctx: Ctx, plus: usize) -> usize {
        assert!(ctx.is_none());
        self.0.count().await.unwrap_or(0) + plus
    }
}

async fn callers(named: Named) -> usize {
    named.count(1).await + named.count_ctx(Ctx::none(), 1).await
}

fn main() {
    drop(callers(Named(Tasks::default())));
}
