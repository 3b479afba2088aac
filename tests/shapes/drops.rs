//! What is dropped when: arguments, locals, temporaries and `self`, in every kind of method and every kind of end.

use std::future::Future;
use std::pin::Pin;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream, StreamExt as _};

use crate::seen::{Guard, Log, caught, caught_sync};

pub struct Pair {
    #[allow(dead_code, reason = "it is there to be dropped")]
    pub first: Guard,
    pub second: Guard,
}

/// A closure captures what it gives here, and not only its name.
fn named(guard: &Guard) -> usize {
    guard.name.len()
}

fn pair(log: &Log, first: &'static str, second: &'static str) -> Pair {
    Pair { first: log.guard(first), second: log.guard(second) }
}

#[allow(unused_variables, unused_assignments, reason = "arguments that nobody uses are what is tested")]
mod asynchronous {
    use super::*;

    each_way! {
        types {
            pub struct Service {
                log: Log,
                kept: Guard,
            }
        }
        block {
            impl Service {
                pub async fn named(&self, first: Guard, second: Guard) {
                    let _local = self.log.guard("local");
                    tokio::task::yield_now().await;
                    self.log.note("body");
                }

                pub async fn used(&self, first: Guard, second: Guard) -> usize {
                    let moved = first;
                    self.log.note("body");
                    moved.name.len() + second.name.len()
                }

                pub async fn unnamed(&self, _: Guard, _second: Guard, _: Guard) {
                    tokio::task::yield_now().await;
                    self.log.note("body");
                }

                pub async fn tuple(&self, (first, _): (Guard, Guard), _third: Guard) {
                    self.log.note("body");
                    drop(first);
                    self.log.note("end");
                }

                pub async fn record(&self, Pair { second, first: _ }: Pair, last: Guard) {
                    self.log.note("body");
                    tokio::task::yield_now().await;
                }

                pub async fn by_reference(&self, ref first: Guard, Pair { ref second, .. }: Pair) {
                    self.log.note(first.name);
                    self.log.note(second.name);
                }

                pub async fn mutable(&self, mut first: Guard, mut second: Guard) {
                    first = self.log.guard("replaced");
                    std::mem::swap(&mut first, &mut second);
                    self.log.note("body");
                }

                pub async fn ignored(&self, first: Guard, second: Guard) {
                    let _ = first;
                    let _ = second;
                    self.log.note("body");
                }

                pub async fn shadowed(&self, first: Guard) {
                    let first = self.log.guard(if first.name.is_empty() { "" } else { "shadow" });
                    let first = self.log.guard(if first.name.is_empty() { "" } else { "shadow of it" });
                    self.log.note("body");
                }

                pub async fn value(self, first: Guard) {
                    self.log.note("body");
                }

                pub async fn unused_value(self, log: Log, first: Guard) {
                    log.note("body");
                    tokio::task::yield_now().await;
                }

                pub async fn taken_apart(self, first: Guard) -> Guard {
                    let Service { log, kept } = self;
                    log.note("body");
                    kept
                }

                pub async fn boxed(self: Box<Self>, first: Guard) {
                    self.log.note("body");
                }

                pub async fn temporary_in_tail(&self, first: Guard) -> usize {
                    let _local = self.log.guard("local");
                    self.log.guard("temporary").name.len()
                }

                pub async fn temporary_that_borrows(&self, first: Guard, second: Guard) -> usize {
                    Borrowing(&first, &self.log).length() + Borrowing(&second, &self.log).length()
                }

                pub async fn early(&self, first: Guard, stop: bool) -> Result<(), ()> {
                    let _before = self.log.guard("before");
                    if stop {
                        return Err(());
                    }
                    let _after = self.log.guard("after");
                    tokio::task::yield_now().await;
                    Err(())?;
                    Ok(())
                }

                pub async fn panicking(&self, first: Guard, _: Guard, second: Guard) {
                    let _local = self.log.guard("local");
                    tokio::task::yield_now().await;
                    panic!("on purpose")
                }

                pub async fn pending(&self, first: Guard, _: Guard, (second, _): (Guard, Guard)) {
                    let _local = self.log.guard("local");
                    std::future::pending().await
                }

                pub async fn pending_value(self, first: Guard) {
                    std::future::pending().await
                }

                pub async fn closure(&self, f: impl FnOnce() -> usize, first: Guard) -> usize {
                    let length = f();
                    self.log.note("body");
                    length
                }

                pub async fn generic<T, const N: usize>(&self, values: [T; N]) {
                    self.log.note("body");
                }
            }
        }
        tests {
            pub struct Borrowing<'a>(pub &'a Guard, pub &'a Log);

            impl Borrowing<'_> {
                pub fn length(&self) -> usize {
                    self.0.name.len()
                }
            }

            impl Drop for Borrowing<'_> {
                fn drop(&mut self) {
                    self.1.note(format!("borrowing {}", self.0.name));
                }
            }

            fn service(log: &Log) -> Service {
                Service { log: log.clone(), kept: log.guard("self") }
            }

            #[tokio::test]
            async fn arguments_and_locals() {
                let seen = seen();
                let log = Log::default();
                let guard = |name| log.guard(name);
                let service = service(&log);
                seen.run(async {
                    service.named(guard("first"), guard("second")).await;
                    assert_eq!(log.take(), ["body", "local", "second", "first"]);
                    service.used(guard("first"), guard("second")).await;
                    assert_eq!(log.take(), ["body", "first", "second"]);
                    service.unnamed(guard("first"), guard("second"), guard("third")).await;
                    assert_eq!(log.take(), ["body", "third", "second", "first"]);
                    service.tuple((guard("first"), guard("second")), guard("third")).await;
                    assert_eq!(log.take(), ["body", "first", "end", "third", "second"]);
                    service.record(pair(&log, "first", "second"), guard("last")).await;
                    assert_eq!(log.take(), ["body", "last", "second", "first"]);
                    service.by_reference(guard("one"), pair(&log, "first", "second")).await;
                    assert_eq!(log.take(), ["one", "second", "first", "second", "one"]);
                    service.mutable(guard("first"), guard("second")).await;
                    assert_eq!(log.take(), ["first", "body", "replaced", "second"]);
                    service.ignored(guard("first"), guard("second")).await;
                    assert_eq!(log.take(), ["body", "second", "first"]);
                    service.shadowed(guard("first")).await;
                    assert_eq!(log.take(), ["body", "shadow of it", "shadow", "first"]);
                    let captured = guard("captured");
                    service.closure(move || named(&captured), guard("first")).await;
                    assert_eq!(log.take(), ["captured", "body", "first"]);
                    service.generic([guard("first"), guard("second")]).await;
                    assert_eq!(log.take(), ["body", "first", "second"]);
                })
                .await;
                seen.assert(&[
                    "Service.named",
                    "Service.used",
                    "Service.unnamed",
                    "Service.tuple",
                    "Service.record",
                    "Service.by_reference",
                    "Service.mutable",
                    "Service.ignored",
                    "Service.shadowed",
                    "Service.closure",
                    "Service.generic",
                ]);
            }

            #[tokio::test]
            async fn self_and_temporaries() {
                let seen = seen();
                let log = Log::default();
                let guard = |name| log.guard(name);
                seen.run(async {
                    service(&log).value(guard("first")).await;
                    assert_eq!(log.take(), ["body", "first", "self"]);
                    service(&log).unused_value(log.clone(), guard("first")).await;
                    assert_eq!(log.take(), ["body", "first", "self"]);
                    let kept = service(&log).taken_apart(guard("first")).await;
                    assert_eq!(log.take(), ["body", "first"]);
                    drop(kept);
                    assert_eq!(log.take(), ["self"]);
                    Box::new(service(&log)).boxed(guard("first")).await;
                    assert_eq!(log.take(), ["body", "first", "self"]);
                    let service = service(&log);
                    assert_eq!(service.temporary_in_tail(guard("first")).await, 9);
                    assert_eq!(log.take(), ["temporary", "local", "first"]);
                    assert_eq!(service.temporary_that_borrows(guard("first"), guard("second")).await, 11);
                    assert_eq!(log.take(), ["borrowing second", "borrowing first", "second", "first"]);
                })
                .await;
                seen.assert(&[
                    "Service.value",
                    "Service.unused_value",
                    "Service.taken_apart",
                    "Service.boxed",
                    "Service.temporary_in_tail",
                    "Service.temporary_that_borrows",
                ]);
            }

            #[tokio::test]
            async fn early_ends() {
                let seen = seen();
                let log = Log::default();
                let guard = |name| log.guard(name);
                let service = service(&log);
                seen.run(async {
                    service.early(guard("first"), true).await.unwrap_err();
                    assert_eq!(log.take(), ["before", "first"]);
                    service.early(guard("first"), false).await.unwrap_err();
                    assert_eq!(log.take(), ["after", "before", "first"]);
                    let panicked = caught(service.panicking(guard("first"), guard("unnamed"), guard("second")));
                    panicked.await.unwrap_err();
                    assert_eq!(log.take(), ["local", "second", "unnamed", "first"]);
                    let arguments = (guard("first"), guard("unnamed"), (guard("second"), guard("third")));
                    let cancelled = service.pending(arguments.0, arguments.1, arguments.2).now_or_never();
                    assert!(cancelled.is_none());
                    assert_eq!(log.take(), ["local", "second", "third", "unnamed", "first"]);
                    let by_value = Service { log: log.clone(), kept: guard("self") };
                    assert!(by_value.pending_value(guard("first")).now_or_never().is_none());
                    assert_eq!(log.take(), ["first", "self"]);
                })
                .await;
                seen.assert(&[
                    "Service.early [error: error]",
                    "Service.early [error: error]",
                    "Service.panicking [panicked]",
                    "Service.pending [cancelled]",
                    "Service.pending_value [cancelled]",
                ]);
            }

            #[tokio::test]
            async fn a_future_that_is_never_polled_and_one_that_outlives_its_end() {
                let seen = seen();
                let log = Log::default();
                let guard = |name| log.guard(name);
                seen.run(async {
                    let service = service(&log);
                    drop(service.pending(guard("first"), guard("unnamed"), (guard("second"), guard("third"))));
                    assert_eq!(log.take(), ["first", "unnamed", "second", "third"]);
                    let mut ended = Box::pin(service.named(guard("first"), guard("second")));
                    ended.as_mut().await;
                    log.note("still there");
                    drop(ended);
                    assert_eq!(log.take(), ["body", "local", "second", "first", "still there"]);
                    drop(service.value(guard("first")));
                    assert_eq!(log.take(), ["self", "first"]);
                })
                .await;
                seen.assert(&["Service.named"]);
            }
        }
    }
}

#[allow(unused_variables, reason = "arguments that nobody uses are what is tested")]
mod synchronous {
    use super::*;

    each_way! {
        types {
            pub struct Service {
                log: Log,
                kept: Guard,
            }
        }
        block(sync) {
            impl Service {
                pub fn named(&self, first: Guard, second: Guard) {
                    let _local = self.log.guard("local");
                    self.log.note("body");
                }

                pub fn unnamed(&self, _: Guard, _second: Guard, _: Guard) {
                    self.log.note("body");
                }

                pub fn tuple(&self, (first, _): (Guard, Guard), _third: Guard) {
                    self.log.note("body");
                    drop(first);
                    self.log.note("end");
                }

                pub fn record(&self, Pair { second, .. }: Pair, last: Guard) {
                    self.log.note("body");
                }

                pub fn value(self, first: Guard) {
                    self.log.note("body");
                }

                pub fn unused_value(self, log: Log, first: Guard) {
                    log.note("body");
                }

                pub fn taken_apart(self, first: Guard) -> Guard {
                    let Service { log, kept } = self;
                    log.note("body");
                    kept
                }

                pub fn temporary_in_tail(&self, first: Guard) -> usize {
                    let _local = self.log.guard("local");
                    self.log.guard("temporary").name.len()
                }

                pub fn early(&self, first: Guard, stop: bool) -> Result<(), ()> {
                    let _before = self.log.guard("before");
                    if stop {
                        return Err(());
                    }
                    let _after = self.log.guard("after");
                    Err(())?;
                    Ok(())
                }

                pub fn panicking(&self, first: Guard, _: Guard, second: Guard) {
                    let _local = self.log.guard("local");
                    panic!("on purpose")
                }
            }
        }
        tests {
            fn service(log: &Log) -> Service {
                Service { log: log.clone(), kept: log.guard("self") }
            }

            #[test]
            fn arguments_self_and_locals() {
                let seen = seen();
                let log = Log::default();
                let guard = |name| log.guard(name);
                seen.in_scope(|| {
                    let of = service(&log);
                    of.named(guard("first"), guard("second"));
                    assert_eq!(log.take(), ["body", "local", "second", "first"]);
                    of.unnamed(guard("first"), guard("second"), guard("third"));
                    assert_eq!(log.take(), ["body", "third", "second", "first"]);
                    of.tuple((guard("first"), guard("second")), guard("third"));
                    assert_eq!(log.take(), ["body", "first", "end", "third", "second"]);
                    of.record(pair(&log, "first", "second"), guard("last"));
                    assert_eq!(log.take(), ["body", "last", "second", "first"]);
                    assert_eq!(of.temporary_in_tail(guard("first")), 9);
                    assert_eq!(log.take(), ["temporary", "local", "first"]);
                    of.early(guard("first"), true).unwrap_err();
                    assert_eq!(log.take(), ["before", "first"]);
                    of.early(guard("first"), false).unwrap_err();
                    assert_eq!(log.take(), ["after", "before", "first"]);
                    caught_sync(|| of.panicking(guard("first"), guard("unnamed"), guard("second"))).unwrap_err();
                    assert_eq!(log.take(), ["local", "second", "unnamed", "first"]);
                    of.value(guard("first"));
                    assert_eq!(log.take(), ["body", "first", "self"]);
                    service(&log).unused_value(log.clone(), guard("first"));
                    assert_eq!(log.take(), ["body", "first", "self"]);
                    let kept = service(&log).taken_apart(guard("first"));
                    assert_eq!(log.take(), ["body", "first"]);
                    drop(kept);
                    log.take();
                });
                seen.assert(&[
                    "Service.named",
                    "Service.unnamed",
                    "Service.tuple",
                    "Service.record",
                    "Service.temporary_in_tail",
                    "Service.early [error: error]",
                    "Service.early [error: error]",
                    "Service.panicking [panicked]",
                    "Service.value",
                    "Service.unused_value",
                    "Service.taken_apart",
                ]);
            }
        }
    }
}

#[allow(unused_variables, reason = "arguments that nobody uses are what is tested")]
mod returned {
    use super::*;

    each_way! {
        types {
            pub struct Service {
                log: Log,
            }
        }
        block {
            impl Service {
                pub fn in_place(&self, used: Guard, unused: Guard) -> impl Future<Output = usize> {
                    async move {
                        let _local = self.log.guard("local");
                        self.log.note("body");
                        named(&used)
                    }
                }

                pub fn after_statements(&self, used: Guard, unused: Guard) -> impl Future<Output = usize> {
                    let _before = self.log.guard("before");
                    self.log.note("called");
                    async move {
                        self.log.note("body");
                        named(&used)
                    }
                }

                pub fn boxed_in_place(&self, used: Guard, unused: Guard, _: Guard) -> BoxFuture<'_, usize> {
                    Box::pin(async move {
                        self.log.note("body");
                        named(&used)
                    })
                }

                pub fn boxed_after_statements(
                    &self,
                    used: Guard,
                    unused: Guard,
                ) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
                    self.log.note("called");
                    Box::pin(async move {
                        self.log.note("body");
                        named(&used)
                    })
                }

                pub fn stream(&self, used: Guard, unused: Guard) -> impl Stream<Item = usize> {
                    stream::iter([1, 2]).map(move |number| number + named(&used))
                }

                pub async fn stream_later(&self, used: Guard, unused: Guard) -> impl Stream<Item = usize> {
                    self.log.note("body");
                    stream::iter([1, 2]).map(move |number| number + named(&used))
                }

                pub async fn guard(&self, first: Guard, unused: Guard) -> Result<Guard, ()> {
                    self.log.note("body");
                    Ok(first)
                }
            }
        }
        tests {
            #[tokio::test]
            async fn futures_and_streams() {
                let seen = seen();
                let log = Log::default();
                let guard = |name| log.guard(name);
                let service = Service { log: log.clone() };
                seen.run(async {
                    let future = service.in_place(guard("used"), guard("unused"));
                    assert_eq!(log.take(), ["unused"]);
                    assert_eq!(future.await, 4);
                    assert_eq!(log.take(), ["body", "local", "used"]);
                    drop(service.in_place(guard("used"), guard("unused")));
                    assert_eq!(log.take(), ["unused", "used"]);
                    let future = service.after_statements(guard("used"), guard("unused"));
                    assert_eq!(log.take(), ["called", "before", "unused"]);
                    assert_eq!(future.await, 4);
                    assert_eq!(log.take(), ["body", "used"]);
                    let future = service.boxed_in_place(guard("used"), guard("unused"), guard("unnamed"));
                    assert_eq!(log.take(), ["unnamed", "unused"]);
                    assert_eq!(future.await, 4);
                    assert_eq!(log.take(), ["body", "used"]);
                    let future = service.boxed_after_statements(guard("used"), guard("unused"));
                    assert_eq!(log.take(), ["called", "unused"]);
                    assert_eq!(future.await, 4);
                    assert_eq!(log.take(), ["body", "used"]);
                    let stream = service.stream(guard("used"), guard("unused"));
                    assert_eq!(log.take(), ["unused"]);
                    assert_eq!(stream.collect::<Vec<_>>().await, [5, 6]);
                    assert_eq!(log.take(), ["used"]);
                    let stream = service.stream_later(guard("used"), guard("unused")).await;
                    assert_eq!(log.take(), ["body", "unused"]);
                    assert_eq!(stream.collect::<Vec<_>>().await, [5, 6]);
                    assert_eq!(log.take(), ["used"]);
                    let first = service.guard(guard("first"), guard("unused")).await;
                    assert_eq!(log.take(), ["body", "unused"]);
                    drop(first);
                    assert_eq!(log.take(), ["first"]);
                })
                .await;
                seen.assert(&[
                    "Service.in_place",
                    "Service.after_statements",
                    "Service.boxed_in_place",
                    "Service.boxed_after_statements",
                    "Service.stream",
                    "Service.stream_later",
                    "Service.guard",
                ]);
            }
        }
    }
}
