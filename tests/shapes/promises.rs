//! What is promised of every traced method: what its future is, how large it is, where it panics, how it is cancelled.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Mutex;
use std::task::{Context, Waker};
use std::time::Duration;

use crate::seen::{caught, caught_sync, is_send};

/// The most that tracing adds to the future of a method: its call. Arguments and `self` are in both.
const MOST_ADDED: usize = 48;

each_way! {
    types {
        #[derive(Default)]
        pub struct Service {
            name: String,
        }

        /// Not `Sync`, so that a future that holds a reference to it is not `Send`.
        #[derive(Default)]
        pub struct Local {
            count: Cell<u8>,
        }
    }
    block {
        impl Service {
            pub async fn empty(&self) {}

            pub async fn waits(&self, id: u64) -> u64 {
                tokio::task::yield_now().await;
                id
            }

            pub async fn large(&self, bytes: [u8; 256]) -> u8 {
                tokio::task::yield_now().await;
                bytes[0]
            }

            pub async fn unused(&self, _: [u8; 256], _bytes: [u8; 256]) {
                tokio::task::yield_now().await;
            }

            pub async fn deep(&self) -> u64 {
                self.deeper(1).await
            }

            pub async fn deeper(&self, id: u64) -> u64 {
                self.waits(id).await
            }

            pub fn opaque(&self, id: u64) -> impl Future<Output = u64> + Send {
                async move {
                    tokio::task::yield_now().await;
                    id
                }
            }

            pub async fn held(&self) -> usize {
                let held = Rc::new(RefCell::new(1));
                let borrowed = held.borrow();
                tokio::task::yield_now().await;
                *borrowed + self.name.len()
            }

            pub async fn given(&self, held: Rc<u8>, shared: &Cell<u8>) -> u8 {
                tokio::task::yield_now().await;
                shared.set(shared.get() + 1);
                *held + shared.get()
            }

            pub async fn locked_before(&self, mutex: &Mutex<u8>) -> u8 {
                let number = *mutex.lock().unwrap();
                tokio::task::yield_now().await;
                number + *mutex.lock().unwrap()
            }

            pub async fn borrows_in_the_tail(&self, mutex: Mutex<Vec<u8>>) -> usize {
                tokio::task::yield_now().await;
                mutex.lock().unwrap().iter().filter(|number| **number > 1).count()
            }

            pub async fn borrows_an_argument(&self, name: String) -> bool {
                name.as_str().trim().starts_with(self.name.as_str())
            }

            pub async fn backtrace(&self) -> String {
                tokio::task::yield_now().await;
                Backtrace::force_capture().to_string()
            }

            pub fn backtrace_in_place(&self) -> Pin<Box<dyn Future<Output = String> + Send + '_>> {
                Box::pin(async move { Backtrace::force_capture().to_string() })
            }

            pub async fn panics(&self, later: bool) -> u8 {
                if later {
                    tokio::task::yield_now().await;
                }
                panic!("later: {later}")
            }

            pub async fn indexes(&self, at: usize) -> u8 {
                self.name.as_bytes()[at]
            }

            pub async fn waits_long(&self) -> u8 {
                tokio::time::sleep(Duration::from_hours(1)).await;
                1
            }

            pub async fn cancels(&self) -> Option<u8> {
                tokio::time::timeout(Duration::from_millis(1), self.waits_long()).await.ok()
            }

            pub async fn catches(&self) -> Result<u8, String> {
                caught(self.panics(true)).await
            }
        }
    }
    block {
        impl Local {
            pub async fn count(&self) -> u8 {
                self.count.set(self.count.get() + 1);
                tokio::task::yield_now().await;
                self.count.get()
            }

            pub async fn exclusive(&mut self) -> u8 {
                *self.count.get_mut() += 1;
                tokio::task::yield_now().await;
                self.count.get()
            }
        }
    }
    block(sync) {
        impl Service {
            pub fn backtrace_now(&self) -> String {
                Backtrace::force_capture().to_string()
            }

            pub fn panics_now(&self) -> Result<u8, ()> {
                panic!("now")
            }
        }
    }
    tests {
        #[tokio::test]
        async fn a_future_is_send_if_the_plain_one_is() {
            let seen = seen();
            let service = Service::default();
            let mut local = Local::default();
            seen.run(async {
                assert_eq!(is_send(service.waits(1)).await, 1);
                assert_eq!(is_send(service.opaque(1)).await, 1);
                assert_eq!(is_send(service.locked_before(&Mutex::new(1))).await, 2);
                assert_eq!(is_send(service.borrows_in_the_tail(Mutex::new(vec![1, 2]))).await, 1);
                assert!(is_send(service.borrows_an_argument(" a".to_owned())).await);
                assert_eq!(is_send(local.exclusive()).await, 1);
            })
            .await;
            seen.assert(&[
                "Service.waits",
                "Service.opaque",
                "Service.locked_before",
                "Service.borrows_in_the_tail",
                "Service.borrows_an_argument",
                "Local.exclusive",
            ]);
        }

        #[tokio::test]
        async fn a_future_that_is_not_send_runs_where_it_may() {
            let seen = seen();
            let tasks = tokio::task::LocalSet::new();
            let work = tasks.run_until(seen.run(async {
                let spawned = tokio::task::spawn_local(async {
                    let (service, local) = (Service::default(), Local::default());
                    let shared = Cell::new(1);
                    (service.held().await, service.given(Rc::new(1), &shared).await, local.count().await)
                });
                let outside = spawned.await.unwrap();
                let (service, local) = (Service::default(), Local::default());
                (outside, (service.held().await, local.count().await))
            }));
            assert_eq!(work.await, ((1, 3, 1), (1, 1)));
            seen.assert(&["Service.held", "Local.count"]);
        }

        #[test]
        fn a_future_is_hardly_larger() {
            use super::plain::Service as Untraced;

            let seen = seen();
            seen.in_scope(|| {
                let (service, plain) = (Service::default(), Untraced::default());
                let bytes = [0; 256];
                let sizes = [
                    ("empty", size_of_val(&plain.empty()), size_of_val(&service.empty()), 1),
                    ("waits", size_of_val(&plain.waits(1)), size_of_val(&service.waits(1)), 1),
                    ("large", size_of_val(&plain.large(bytes)), size_of_val(&service.large(bytes)), 1),
                    ("unused", size_of_val(&plain.unused(bytes, bytes)), size_of_val(&service.unused(bytes, bytes)), 1),
                    ("opaque", size_of_val(&plain.opaque(1)), size_of_val(&service.opaque(1)), 1),
                    ("deep", size_of_val(&plain.deep()), size_of_val(&service.deep()), 3),
                ];
                for (method, plain, traced, calls) in sizes {
                    assert!(traced <= plain + calls * MOST_ADDED, "{method}: {plain} bytes became {traced}");
                }
            });
            seen.assert(&[]);
        }

        #[tokio::test]
        async fn a_backtrace_names_the_method() {
            let seen = seen();
            let service = Service::default();
            let module = module_path!();
            seen.run(async {
                for (name, backtrace) in [
                    ("backtrace", service.backtrace().await),
                    ("backtrace_in_place", service.backtrace_in_place().await),
                    ("backtrace_now", service.backtrace_now()),
                ] {
                    let wanted = format!("{module}::Service::{name}");
                    assert!(backtrace.contains(&wanted), "{wanted} is not in\n{backtrace}");
                    assert!(backtrace.contains("shapes/promises.rs"), "{backtrace}");
                }
            })
            .await;
            seen.assert(&["Service.backtrace", "Service.backtrace_in_place", "Service.backtrace_now"]);
        }

        #[tokio::test]
        async fn a_panic_goes_on_as_it_is() {
            let seen = seen();
            let service = Service::default();
            seen.run(async {
                assert_eq!(caught(service.panics(false)).await.unwrap_err(), "later: false");
                assert_eq!(caught(service.panics(true)).await.unwrap_err(), "later: true");
                let said = caught(service.indexes(1)).await.unwrap_err();
                assert_eq!(said, "index out of bounds: the len is 0 but the index is 1");
                assert_eq!(caught_sync(|| service.panics_now()).unwrap_err(), "now");
                assert_eq!(service.catches().await, Err("later: true".to_owned()));
                let spawned = tokio::spawn(async { Service::default().panics(true).await });
                assert!(spawned.await.unwrap_err().is_panic());
            })
            .await;
            seen.assert(&[
                "Service.panics [panicked]",
                "Service.panics [panicked]",
                "Service.indexes [panicked]",
                "Service.panics_now [panicked]",
                "Service.catches [error: String]",
                "  Service.panics [panicked]",
            ]);
        }

        #[tokio::test]
        async fn a_cancelled_call_ends_where_it_is() {
            let seen = seen();
            let service = Service::default();
            seen.run(async {
                assert_eq!(service.cancels().await, None);
                let mut polled = Box::pin(service.waits(1));
                let mut cx = Context::from_waker(Waker::noop());
                assert!(polled.as_mut().poll(&mut cx).is_pending());
                drop(polled);
                drop(service.waits(1));
            })
            .await;
            seen.assert(&["Service.cancels", "  Service.waits_long [cancelled]", "Service.waits [cancelled]"]);
        }
    }
    twins {
        #[tokio::test]
        async fn twins_keep_the_promises() {
            let seen = seen();
            let service = Service::default();
            let ctx = seen.in_scope(spanweave::Ctx::current);
            assert_eq!(is_send(service.waits_ctx(ctx, 1)).await, 1);
            assert_eq!(size_of_val(&service.waits_ctx(ctx, 1)), size_of_val(&service.waits(1)));
            assert_eq!(service.held_ctx(ctx).await, 1);
            let backtrace = service.backtrace_ctx(ctx).await;
            assert!(backtrace.contains(concat!(module_path!(), "::Service::backtrace")));
            assert_eq!(caught(service.panics_ctx(ctx, true)).await.unwrap_err(), "later: true");
            seen.assert(&[
                "Service.waits",
                "Service.held",
                "Service.backtrace",
                "Service.panics [panicked]",
            ]);
        }
    }
}
