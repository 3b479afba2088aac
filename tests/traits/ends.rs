//! The other ways a call of a trait's method can end: dropped, panicked, never polled.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt as _, StreamExt as _};
use spanweave::{Ctx, repo};

use crate::common::{Missing, Store, read, seen};

#[repo]
#[async_trait]
pub trait Boxed: Send + Sync {
    async fn slowly(&self);
    async fn broken(&self) -> u8;
    async fn waits(&self) {
        self.slowly().await;
    }
    async fn breaks(&self) -> u8 {
        self.broken().await
    }
}

#[repo]
pub trait Native: Send + Sync {
    fn slowly(&self) -> impl Future<Output = ()> + Send;
    fn broken(&self) -> impl Future<Output = u8> + Send;
    fn broken_at_once(&self) -> impl Future<Output = u8> + Send;
    fn items(&self) -> BoxStream<'_, Result<String, Missing>>;
    fn waits(&self) -> impl Future<Output = ()> + Send {
        async { self.slowly().await }
    }
    async fn breaks(&self) -> u8 {
        self.broken().await
    }
}

struct Memory;

#[repo]
#[async_trait]
impl Boxed for Memory {
    async fn slowly(&self) {
        tokio::time::sleep(Duration::from_hours(1)).await;
    }

    async fn broken(&self) -> u8 {
        let _ = Store.read("broken").await;
        panic!("on purpose")
    }
}

#[repo]
impl Native for Memory {
    async fn slowly(&self) {
        tokio::time::sleep(Duration::from_hours(1)).await;
    }

    async fn broken(&self) -> u8 {
        let _ = Store.read("broken").await;
        panic!("on purpose")
    }

    #[expect(unreachable_code, reason = "it is to panic before there is a future")]
    fn broken_at_once(&self) -> impl Future<Output = u8> + Send {
        panic!("on purpose");
        async { 1 }
    }

    fn items(&self) -> BoxStream<'_, Result<String, Missing>> {
        stream::iter(["a", "missing", "b"]).then(|key| Store.read(key)).boxed()
    }
}

/// Polls it once, and drops it.
fn dropped(future: impl Future) -> bool {
    pin!(future).now_or_never().is_none()
}

async fn panics(future: impl Future) -> bool {
    AssertUnwindSafe(future).catch_unwind().await.is_err()
}

#[tokio::test]
async fn a_dropped_call_is_cancelled() {
    let seen = seen(async {
        let ctx = Ctx::current();
        let native = dropped(Native::waits(&Memory)) && dropped(Native::waits_ctx(&Memory, ctx));
        native && dropped(Boxed::waits(&Memory)) && dropped(Boxed::waits_ctx(&Memory, ctx))
    });
    let seen = seen.await;
    assert!(seen.value);
    let native = "  Native.waits [cancelled]\n    Memory.slowly [cancelled]\n";
    let boxed = "  Boxed.waits [cancelled]\n    Memory.slowly [cancelled]\n";
    assert_eq!(seen.tree, format!("request\n{native}{native}{boxed}{boxed}"));
    assert_eq!(
        seen.outcomes,
        "repo Boxed.waits: 2 cancelled\nrepo Memory.slowly: 4 cancelled\nrepo Native.waits: 2 cancelled\n"
    );
}

#[tokio::test]
async fn a_panic_blames_the_calls_it_went_through() {
    let seen = seen(async {
        let ctx = Ctx::current();
        let native = panics(Native::breaks(&Memory)).await && panics(Native::breaks_ctx(&Memory, ctx)).await;
        native && panics(Boxed::breaks(&Memory)).await && panics(Boxed::breaks_ctx(&Memory, ctx)).await
    });
    let seen = seen.await;
    assert!(seen.value);
    let native = "  Native.breaks [panicked]\n    Memory.broken [panicked]\n      Store.read\n";
    let boxed = "  Boxed.breaks [panicked]\n    Memory.broken [panicked]\n      Store.read\n";
    assert_eq!(seen.tree, format!("request\n{native}{native}{boxed}{boxed}"));
    assert_eq!(
        seen.outcomes,
        "\
repo Boxed.breaks: 2 panicked
repo Memory.broken: 4 panicked
repo Native.breaks: 2 panicked
repo Store.read: 4 ok
"
    );
}

#[tokio::test]
async fn a_panic_before_there_is_a_future_is_one_too() {
    let seen = seen(async { std::panic::catch_unwind(|| drop(Native::broken_at_once(&Memory))).is_err() });
    let seen = seen.await;
    assert!(seen.value);
    assert_eq!(seen.tree, "request\n  Memory.broken_at_once [panicked]\n");
    assert_eq!(seen.outcomes, "repo Memory.broken_at_once: 1 panicked\n");
}

#[tokio::test]
async fn a_call_that_is_never_polled_leaves_nothing() {
    let seen = seen(async {
        let ctx = Ctx::current();
        drop((Native::waits(&Memory), Native::waits_ctx(&Memory, ctx)));
        drop((Boxed::waits(&Memory), Boxed::waits_ctx(&Memory, ctx), Native::items(&Memory)));
    });
    let seen = seen.await;
    assert_eq!((seen.value, &*seen.tree, &*seen.outcomes), ((), "request\n", ""));
}

#[tokio::test]
async fn a_stream_that_is_dropped_early_is_well() {
    let seen = seen(async {
        let first = Memory.items().next().await;
        let second: Vec<_> = Memory.items_ctx(Ctx::current()).take(2).collect().await;
        (first, second)
    });
    let seen = seen.await;
    assert_eq!(seen.value, (Some(read("a")), vec![read("a"), Err(Missing)]));
    assert_eq!(
        seen.tree,
        "\
request
  Memory.items
    Store.read
  Memory.items [error: Missing]
    Store.read
    Store.read [error: Missing]
"
    );
    assert_eq!(seen.outcomes, "repo Memory.items: 1 ok 1 error\nrepo Store.read: 2 ok 1 error\n");
}
