//! Functions that return a future: opaque and boxed, made at once or after statements, from a call of another.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, LocalBoxFuture};

use crate::seen::{caught, is_send};

#[derive(Debug, PartialEq)]
pub struct AppError;

pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub struct Helper;

impl Helper {
    pub async fn help(&self, id: u8) -> Result<u8, AppError> {
        tokio::task::yield_now().await;
        if id == 13 { Err(AppError) } else { Ok(id) }
    }
}

each_way! {
    types {
        pub struct Service {
            helper: Helper,
            names: Vec<String>,
        }
    }
    block {
        impl Service {
            pub fn opaque(&self, id: u8) -> impl Future<Output = Result<u8, AppError>> {
                async move { self.helper.help(id).await }
            }

            pub fn opaque_borrowing(&self) -> impl Future<Output = usize> {
                async { self.names.len() }
            }

            pub fn opaque_static(&self) -> impl Future<Output = usize> + Send + use<> + 'static {
                let length = self.names.len();
                async move { length }
            }

            pub fn opaque_after_statements(&self, id: &str) -> impl Future<Output = Result<u8, AppError>> + Send {
                let id = id.parse::<u8>();
                async move {
                    let id = id.map_err(|_| AppError)?;
                    self.helper.help(id).await
                }
            }

            pub fn opaque_early(&self, none: bool) -> impl Future<Output = Option<u8>> + Send {
                let helper = &self.helper;
                async move {
                    if none {
                        return None;
                    }
                    helper.help(1).await.ok()
                }
            }

            pub fn delegated(&self, id: u8) -> impl Future<Output = Result<u8, AppError>> {
                self.helper.help(id)
            }

            pub fn delegated_to_traced(&self, id: u8) -> impl Future<Output = Result<u8, AppError>> {
                self.opaque(id).map(|result| result)
            }

            pub fn ready(&self) -> impl Future<Output = u8> + Unpin {
                std::future::ready(1)
            }

            pub fn with_impl_output(&self) -> impl Future<Output = impl Iterator<Item = u8>> {
                async { [1, 2].into_iter() }
            }

            pub fn opaque_capturing(&self) -> impl Future<Output = ()> + use<'_> {
                let _length = self.names.len();
                std::future::ready(())
            }

            pub fn boxed(&self, id: u8) -> BoxFuture<'_, Result<u8, AppError>> {
                Box::pin(async move { self.helper.help(id).await })
            }

            pub fn pinned(&self, id: u8) -> Pin<Box<dyn Future<Output = Result<u8, AppError>> + Send + '_>> {
                Box::pin(async move {
                    let id = self.helper.help(id).await?;
                    Ok(id + 1)
                })
            }

            pub fn pinned_not_moved(&self) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
                Box::pin(async { self.names.len() })
            }

            pub fn pinned_not_send(&self) -> Pin<Box<dyn Future<Output = usize> + '_>> {
                Box::pin(async {
                    let held = std::rc::Rc::new(1);
                    tokio::task::yield_now().await;
                    self.names.len() + *held
                })
            }

            pub fn pinned_static(self: Arc<Self>) -> Pin<Box<dyn Future<Output = usize> + Send>> {
                Box::pin(async move { self.names.len() })
            }

            pub fn local<'a>(&'a self, names: &'a [&'a str]) -> LocalBoxFuture<'a, usize> {
                async move { self.names.len() + names.len() }.boxed_local()
            }

            pub fn after_statements(&self, text: &str) -> BoxFuture<'_, Result<u8, AppError>> {
                let Ok(id) = text.parse() else {
                    return Box::pin(async { Err(AppError) });
                };
                Box::pin(async move { self.helper.help(id).await })
            }

            pub fn early(&self, id: u8) -> BoxFuture<'_, Result<u8, AppError>> {
                if id == 0 {
                    return std::future::ready(Err(AppError)).boxed();
                }
                self.boxed(id)
            }

            pub fn early_inside(&self, id: u8) -> BoxFuture<'_, Result<u8, AppError>> {
                Box::pin(async move {
                    if id == 0 {
                        return Err(AppError);
                    }
                    self.helper.help(id).await
                })
            }

            pub fn matched(&self, id: u8) -> BoxFuture<'_, u8> {
                match id {
                    0 => Box::pin(std::future::ready(0)),
                    1 => Box::pin(async { 10 }),
                    _ => Box::pin(async move { self.helper.help(id).await.unwrap_or_default() }),
                }
            }

            pub fn recursive(&self, depth: u8) -> BoxFuture<'_, u8> {
                Box::pin(async move {
                    if depth == 0 { 0 } else { self.recursive(depth - 1).await + 1 }
                })
            }

            pub fn alias(&self) -> Boxed<'_, u8> {
                Box::pin(async move { self.helper.help(1).await.unwrap_or_default() })
            }

            pub fn without_self(name: String) -> BoxFuture<'static, usize> {
                Box::pin(async move { name.len() })
            }

            pub fn by_value(self) -> impl Future<Output = Vec<String>> {
                async move { self.names }
            }

            pub fn exclusive(&mut self, name: String) -> impl Future<Output = &mut String> {
                self.names.push(name);
                async { self.names.last_mut().expect("it was pushed") }
            }

            pub fn generic<'a, T: Into<String> + Send + 'a>(&'a mut self, name: T) -> BoxFuture<'a, &'a str> {
                Box::pin(async move {
                    self.names.push(name.into());
                    self.names[0].as_str()
                })
            }

            pub fn object(&self) -> BoxFuture<'_, Result<Box<dyn Fn(u8) -> u8 + Send>, AppError>> {
                Box::pin(async {
                    let f: Box<dyn Fn(u8) -> u8 + Send> = Box::new(|number| number + 1);
                    Ok(f)
                })
            }

            pub fn panics_when_called(&self, panics: bool) -> BoxFuture<'_, u8> {
                assert!(!panics, "when it is called");
                Box::pin(async { 1 })
            }

            pub fn panics_when_polled(&self) -> impl Future<Output = u8> {
                async { panic!("when it is polled") }
            }

            pub fn pending(&self) -> impl Future<Output = ()> {
                std::future::pending()
            }
        }
    }
    tests {
        fn service() -> Service {
            Service { helper: Helper, names: vec!["a".to_owned()] }
        }

        #[tokio::test]
        async fn opaque_futures() {
            let seen = seen();
            let mut service = service();
            seen.run(async {
                assert_eq!(is_send(service.opaque(1)).await, Ok(1));
                assert_eq!(service.opaque(13).await, Err(AppError));
                assert_eq!(service.opaque_borrowing().await, 1);
                assert_eq!(service.opaque_static().await, 1);
                assert_eq!(service.opaque_after_statements("2").await, Ok(2));
                assert_eq!(service.opaque_after_statements("x").await, Err(AppError));
                assert_eq!(service.opaque_early(true).await, None);
                assert_eq!(service.opaque_early(false).await, Some(1));
                assert_eq!(service.delegated(13).await, Err(AppError));
                assert_eq!(service.delegated_to_traced(13).await, Err(AppError));
                assert_eq!(service.ready().await, 1);
                assert_eq!(service.with_impl_output().await.count(), 2);
                service.opaque_capturing().await;
                service.exclusive("b".to_owned()).await.push('c');
                assert_eq!(service.by_value().await, ["a", "bc"]);
            })
            .await;
            seen.assert(&[
                "Service.opaque",
                "Service.opaque [error: AppError]",
                "Service.opaque_borrowing",
                "Service.opaque_static",
                "Service.opaque_after_statements",
                "Service.opaque_after_statements [error: AppError]",
                "Service.opaque_early",
                "Service.opaque_early",
                "Service.delegated [error: AppError]",
                "Service.delegated_to_traced [error: AppError]",
                "  Service.opaque [error: AppError]",
                "Service.ready",
                "Service.with_impl_output",
                "Service.opaque_capturing",
                "Service.exclusive",
                "Service.by_value",
            ]);
        }

        #[tokio::test]
        async fn boxed_futures() {
            let seen = seen();
            let mut service = service();
            seen.run(async {
                assert_eq!(is_send(service.boxed(1)).await, Ok(1));
                assert_eq!(service.boxed(13).await, Err(AppError));
                assert_eq!(is_send(service.pinned(1)).await, Ok(2));
                assert_eq!(service.pinned(13).await, Err(AppError));
                assert_eq!(service.pinned_not_moved().await, 1);
                assert_eq!(service.pinned_not_send().await, 2);
                assert_eq!(service.local(&["b"]).await, 2);
                assert_eq!(service.after_statements("3").await, Ok(3));
                assert_eq!(service.after_statements("x").await, Err(AppError));
                assert_eq!(service.early(0).await, Err(AppError));
                assert_eq!(service.early(1).await, Ok(1));
                assert_eq!(service.early_inside(0).await, Err(AppError));
                assert_eq!(service.early_inside(13).await, Err(AppError));
                assert_eq!(service.matched(0).await + service.matched(1).await + service.matched(2).await, 12);
                assert_eq!(service.generic("b").await, "a");
                assert_eq!(service.object().await.unwrap()(1), 2);
                assert_eq!(Service::without_self("abc".to_owned()).await, 3);
                let arc = Arc::new(service);
                assert_eq!(tokio::spawn(arc.pinned_static()).await.unwrap(), 2);
            })
            .await;
            seen.assert(&[
                "Service.boxed",
                "Service.boxed [error: AppError]",
                "Service.pinned",
                "Service.pinned [error: AppError]",
                "Service.pinned_not_moved",
                "Service.pinned_not_send",
                "Service.local",
                "Service.after_statements",
                "Service.after_statements [error: AppError]",
                "Service.early [error: AppError]",
                "Service.early",
                "  Service.boxed",
                "Service.early_inside [error: AppError]",
                "Service.early_inside [error: AppError]",
                "Service.matched",
                "Service.matched",
                "Service.matched",
                "Service.generic",
                "Service.object",
                "Service.without_self",
                "Service.pinned_static",
            ]);
        }

        #[tokio::test]
        async fn a_recursive_one_nests() {
            let seen = seen();
            let service = service();
            assert_eq!(seen.run(service.recursive(2)).await, 2);
            seen.assert(&["Service.recursive", "  Service.recursive", "    Service.recursive"]);
        }

        #[tokio::test]
        async fn an_alias_of_ones_own_is_a_value_that_is_returned() {
            let seen = seen();
            let service = service();
            assert_eq!(seen.run(service.alias()).await, 1);
            seen.assert(&[]);
        }

        #[tokio::test]
        async fn panics_cancellation_and_what_is_never_polled() {
            let seen = seen();
            let service = service();
            seen.run(async {
                let panicked = crate::seen::caught_sync(|| drop(service.panics_when_called(true)));
                assert_eq!(panicked.unwrap_err(), "when it is called");
                assert_eq!(service.panics_when_called(false).await, 1);
                assert_eq!(caught(service.panics_when_polled()).await.unwrap_err(), "when it is polled");
                assert!(service.pending().now_or_never().is_none());
                drop(service.boxed(1));
                drop(service.opaque(1));
                drop(service.early(1));
            })
            .await;
            seen.assert(&[
                "Service.panics_when_called [panicked]",
                "Service.panics_when_called",
                "Service.panics_when_polled [panicked]",
                "Service.pending [cancelled]",
            ]);
        }
    }
    twins {
        #[tokio::test]
        async fn twins_return_futures() {
            let seen = seen();
            let service = service();
            let ctx = seen.in_scope(spanweave::Ctx::current);
            assert_eq!(is_send(service.opaque_ctx(ctx, 1)).await, Ok(1));
            assert_eq!(is_send(service.boxed_ctx(ctx, 13)).await, Err(AppError));
            assert_eq!(service.early_ctx(ctx, 1).await, Ok(1));
            assert_eq!(service.with_impl_output_ctx(ctx).await.count(), 2);
            assert_eq!(tokio::spawn(Arc::new(service).pinned_static_ctx(ctx)).await.unwrap(), 1);
            seen.assert(&[
                "Service.opaque",
                "Service.boxed [error: AppError]",
                "Service.early",
                "  Service.boxed",
                "Service.with_impl_output",
                "Service.pinned_static",
            ]);
        }
    }
}

/// Boxes that are spelled otherwise than the crates spell them that made their names known.
mod spelled_otherwise {
    use super::*;

    /// It has a `Result` in it, and the name of one that has not.
    type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, AppError>> + Send + 'a>>;

    each_way! {
        types {
            pub struct Service {
                helper: Helper,
            }
        }
        block {
            impl Service {
                pub fn aliased(&self, id: u8) -> BoxFuture<'_, u8> {
                    let id = id + 1;
                    Box::pin(async move { self.helper.help(id).await })
                }

                pub fn sync(&self, id: u8) -> Pin<Box<dyn Future<Output = Result<u8, AppError>> + Send + Sync + '_>> {
                    let failed = id == 13;
                    Box::pin(async move {
                        tokio::task::yield_now().await;
                        if failed { Err(AppError) } else { Ok(id) }
                    })
                }

                pub fn sync_in_place(
                    &self,
                    id: u8,
                ) -> Pin<Box<dyn Future<Output = Result<u8, AppError>> + Send + Sync + '_>> {
                    Box::pin(async move {
                        tokio::task::yield_now().await;
                        if id == 13 { Err(AppError) } else { Ok(id) }
                    })
                }
            }
        }
        tests {
            #[tokio::test]
            async fn an_alias_that_hides_a_result() {
                let seen = seen();
                let service = Service { helper: Helper };
                assert_eq!(seen.run(service.aliased(12)).await, Err(AppError));
                seen.assert(&["Service.aliased [error: AppError]"]);
            }

            #[tokio::test]
            async fn a_box_that_is_sync() {
                let seen = seen();
                let service = Service { helper: Helper };
                assert_eq!(seen.run(service.sync(13)).await, Err(AppError));
                seen.assert(&["Service.sync [error: AppError]"]);
            }

            #[tokio::test]
            async fn a_box_that_is_sync_and_made_at_once() {
                let seen = seen();
                let service = Service { helper: Helper };
                assert_eq!(seen.run(service.sync_in_place(13)).await, Err(AppError));
                seen.assert(&["Service.sync_in_place [error: AppError]"]);
            }
        }
    }
}
