//! Methods that return a stream: opaque and boxed, at once or from an `async fn`, alone or in a `Result`.

use std::pin::Pin;
use std::task::Poll;

use futures_util::stream::{self, BoxStream, LocalBoxStream, Stream, StreamExt as _};

use crate::seen::{caught, is_send};

#[derive(Debug, PartialEq)]
pub struct AppError;

pub struct Helper;

impl Helper {
    pub async fn help(&self, id: u8) -> u8 {
        tokio::task::yield_now().await;
        id
    }
}

each_way! {
    types {
        pub struct Service {
            helper: Helper,
            ids: Vec<u8>,
        }
    }
    block {
        impl Service {
            pub fn opaque(&self) -> impl Stream<Item = u8> {
                stream::iter(self.ids.iter().copied())
            }

            pub fn opaque_awaiting(&self) -> impl Stream<Item = u8> + Send {
                stream::iter(&self.ids).then(|id| self.noted(*id))
            }

            pub fn opaque_failing(&self) -> impl Stream<Item = Result<u8, AppError>> {
                stream::iter(&self.ids).map(|id| if *id == 13 { Err(AppError) } else { Ok(*id) })
            }

            pub async fn from_async(&self) -> impl Stream<Item = u8> {
                let factor = self.helper.help(2).await;
                stream::iter(&self.ids).map(move |id| id * factor)
            }

            pub async fn in_result(&self, fail: bool) -> Result<impl Stream<Item = Result<u8, AppError>>, AppError> {
                if fail {
                    return Err(AppError);
                }
                self.helper.help(1).await;
                Ok(stream::iter(&self.ids).map(|id| if *id == 13 { Err(AppError) } else { Ok(*id) }))
            }

            pub fn boxed(&self) -> BoxStream<'_, u8> {
                stream::iter(&self.ids).then(|id| self.helper.help(*id)).boxed()
            }

            pub fn pinned(&self) -> Pin<Box<dyn Stream<Item = Result<u8, AppError>> + Send + '_>> {
                Box::pin(self.opaque_failing())
            }

            pub fn local(&self) -> LocalBoxStream<'_, u8> {
                let held = std::rc::Rc::new(1);
                stream::iter(&self.ids).map(move |id| id + *held).boxed_local()
            }

            pub fn boxed_in_result(&self, text: &str) -> Result<BoxStream<'_, u8>, AppError> {
                let least: u8 = text.parse().map_err(|_| AppError)?;
                Ok(stream::iter(&self.ids).map(move |id| id + least).boxed())
            }

            pub async fn boxed_from_async(&self) -> BoxStream<'_, u8> {
                self.helper.help(1).await;
                self.boxed()
            }

            pub async fn boxed_in_result_from_async(
                &self,
                text: &str,
            ) -> Result<BoxStream<'static, Result<u8, AppError>>, AppError> {
                let least: u8 = text.parse().map_err(|_| AppError)?;
                self.helper.help(1).await;
                if least == 0 {
                    return Ok(stream::empty().boxed());
                }
                Ok(stream::iter([Ok(least), Err(AppError), Ok(3)]).boxed())
            }

            pub fn unfolded(self) -> impl Stream<Item = u8> {
                stream::unfold(self, |mut service| async move {
                    tokio::task::yield_now().await;
                    Some((service.ids.pop()?, service))
                })
            }

            pub fn never_ending<'a>(&'a self, from: &'a u8) -> impl Stream<Item = u8> + 'a {
                stream::repeat_with(move || *from + self.ids[0])
            }

            pub fn panicking(&self) -> impl Stream<Item = u8> {
                let mut polls = 0;
                stream::poll_fn(move |_| {
                    polls += 1;
                    assert!(polls < 3, "at the third");
                    Poll::Ready(Some(polls))
                })
            }

            pub async fn noted(&self, id: u8) -> u8 {
                self.helper.help(id).await
            }
        }
    }
    tests {
        fn service() -> Service {
            Service { helper: Helper, ids: vec![1, 2] }
        }

        #[tokio::test]
        async fn opaque_streams() {
            let seen = seen();
            let service = service();
            let failing = Service { helper: Helper, ids: vec![1, 13, 2] };
            seen.run(async {
                assert_eq!(is_send(service.opaque()).collect::<Vec<_>>().await, [1, 2]);
                assert_eq!(service.opaque().size_hint(), (2, Some(2)));
                assert_eq!(service.opaque_awaiting().collect::<Vec<_>>().await, [1, 2]);
                assert_eq!(
                    failing.opaque_failing().collect::<Vec<_>>().await,
                    [Ok(1), Err(AppError), Ok(2)]
                );
                assert_eq!(service.opaque_failing().collect::<Vec<_>>().await, [Ok(1), Ok(2)]);
                assert_eq!(service.from_async().await.collect::<Vec<_>>().await, [2, 4]);
                let items = failing.in_result(false).await.unwrap().collect::<Vec<_>>().await;
                assert_eq!(items, [Ok(1), Err(AppError), Ok(2)]);
                assert_eq!(service.in_result(true).await.err(), Some(AppError));
                assert_eq!(service.never_ending(&1).take(2).collect::<Vec<_>>().await, [2, 2]);
                assert_eq!(service.unfolded().collect::<Vec<_>>().await, [2, 1]);
            })
            .await;
            seen.assert(&[
                "Service.opaque",
                "Service.opaque_awaiting",
                "  Service.noted",
                "  Service.noted",
                "Service.opaque_failing [error: AppError]",
                "Service.opaque_failing",
                "Service.from_async",
                "Service.in_result [error: AppError]",
                "Service.in_result [error: AppError]",
                "Service.never_ending",
                "Service.unfolded",
            ]);
        }

        #[tokio::test]
        async fn boxed_streams() {
            let seen = seen();
            let service = service();
            seen.run(async {
                assert_eq!(is_send(service.boxed()).collect::<Vec<_>>().await, [1, 2]);
                assert_eq!(service.pinned().collect::<Vec<_>>().await, [Ok(1), Ok(2)]);
                assert_eq!(service.local().collect::<Vec<_>>().await, [2, 3]);
                assert_eq!(service.boxed_in_result("1").unwrap().collect::<Vec<_>>().await, [2, 3]);
                assert_eq!(service.boxed_in_result("x").err(), Some(AppError));
                assert_eq!(service.boxed_from_async().await.collect::<Vec<_>>().await, [1, 2]);
                let items = service.boxed_in_result_from_async("1").await.unwrap().collect::<Vec<_>>().await;
                assert_eq!(items, [Ok(1), Err(AppError), Ok(3)]);
                assert_eq!(service.boxed_in_result_from_async("0").await.unwrap().count().await, 0);
                assert_eq!(service.boxed_in_result_from_async("x").await.err(), Some(AppError));
            })
            .await;
            seen.assert(&[
                "Service.boxed",
                "Service.pinned",
                "  Service.opaque_failing",
                "Service.local",
                "Service.boxed_in_result",
                "Service.boxed_in_result [error: AppError]",
                "Service.boxed_from_async",
                "  Service.boxed",
                "Service.boxed_in_result_from_async [error: AppError]",
                "Service.boxed_in_result_from_async",
                "Service.boxed_in_result_from_async [error: AppError]",
            ]);
        }

        #[tokio::test]
        async fn a_stream_that_is_dropped_early_has_ended() {
            let seen = seen();
            let service = service();
            seen.run(async {
                let mut stream = std::pin::pin!(service.opaque_awaiting());
                assert_eq!(stream.next().await, Some(1));
            })
            .await;
            seen.assert(&["Service.opaque_awaiting", "  Service.noted"]);
        }

        #[tokio::test]
        async fn a_stream_that_panics_has_panicked() {
            let seen = seen();
            let service = service();
            seen.run(async {
                let said = caught(service.panicking().collect::<Vec<_>>()).await.unwrap_err();
                assert_eq!(said, "at the third");
                drop(service.opaque());
                drop(service.boxed());
            })
            .await;
            seen.assert(&["Service.panicking [panicked]"]);
        }
    }
    twins {
        #[tokio::test]
        async fn twins_return_streams() {
            let seen = seen();
            let service = service();
            let ctx = seen.in_scope(spanweave::Ctx::current);
            assert_eq!(is_send(service.opaque_ctx(ctx)).count().await, 2);
            assert_eq!(service.from_async_ctx(ctx).await.count().await, 2);
            assert_eq!(service.in_result_ctx(ctx, true).await.err(), Some(AppError));
            assert_eq!(is_send(service.boxed_ctx(ctx)).count().await, 2);
            assert_eq!(service.boxed_in_result_ctx(ctx, "1").unwrap().count().await, 2);
            assert_eq!(service.boxed_in_result_from_async_ctx(ctx, "1").await.unwrap().count().await, 3);
            seen.assert(&[
                "Service.opaque",
                "Service.from_async",
                "Service.in_result [error: AppError]",
                "Service.boxed",
                "Service.boxed_in_result",
                "Service.boxed_in_result_from_async [error: AppError]",
            ]);
        }
    }
}
