//! Free functions.

use std::fmt::Display;
use std::future::Future;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream, StreamExt as _};

use crate::seen::{caught, is_send};

#[derive(Debug, PartialEq)]
pub struct AppError;

pub struct User {
    id: i64,
}

each_way! {
    types {}
    block {
        pub async fn listed(id: i64) -> Result<i64, AppError> {
            tokio::task::yield_now().await;
            if id == 13 { Err(AppError) } else { Ok(id) }
        }
    }
    block {
        pub async fn patterns(User { id }: User, (a, mut b): (u8, u8), _: &str, ctx: u8) -> i64 {
            b += a + ctx;
            id + i64::from(b)
        }
    }
    block {
        pub async fn generic<'a, T, const N: usize>(values: &'a [T; N], shown: impl Display) -> Option<(&'a T, String)>
        where
            T: Sync,
        {
            Some((values.first()?, shown.to_string()))
        }
    }
    block {
        pub async fn opaque(text: &str) -> impl Iterator<Item = char> {
            text.chars()
        }
    }
    block {
        pub(crate) async fn recursive(depth: u8) -> u8 {
            if depth == 0 { 0 } else { Box::pin(recursive(depth - 1)).await + 1 }
        }
    }
    block {
        pub fn future(id: i64) -> impl Future<Output = Result<i64, AppError>> {
            async move { listed(id).await }
        }
    }
    block {
        pub fn boxed(id: &i64) -> BoxFuture<'_, Result<i64, AppError>> {
            Box::pin(async move { listed(*id).await })
        }
    }
    block {
        pub fn streamed(ids: &[u8]) -> impl Stream<Item = Result<u8, AppError>> {
            stream::iter(ids).map(|id| if *id == 13 { Err(AppError) } else { Ok(*id) })
        }
    }
    block {
        #[allow(unsafe_code, reason = "it is a shape")]
        pub async unsafe fn raw(at: *const u8) -> u8 {
            unsafe { *at }
        }
    }
    block {
        pub async fn items() -> u8 {
            const ONE: u8 = 1;
            fn two() -> u8 {
                2
            }
            async fn three() -> u8 {
                3
            }
            ONE + two() + three().await
        }
    }
    block {
        pub async fn panicking() -> u8 {
            panic!("on purpose")
        }
    }
    block {
        pub async fn pending() {
            std::future::pending().await
        }
    }
    block {
        pub async fn never() -> ! {
            panic!("it does not return")
        }
    }
    tests {
        #[tokio::test]
        #[allow(unsafe_code, reason = "it is a shape")]
        async fn functions_of_all_kinds() {
            let seen = seen();
            seen.run(async {
                assert_eq!(is_send(listed(1)).await, Ok(1));
                assert_eq!(listed(13).await, Err(AppError));
                assert_eq!(patterns(User { id: 1 }, (1, 2), "", 3).await, 7);
                assert_eq!(generic(&[1, 2], 3).await, Some((&1, "3".to_owned())));
                assert_eq!(opaque("ab").await.count(), 2);
                assert_eq!(is_send(recursive(1)).await, 1);
                assert_eq!(future(13).await, Err(AppError));
                assert_eq!(is_send(boxed(&1)).await, Ok(1));
                assert_eq!(streamed(&[1, 13]).collect::<Vec<_>>().await, [Ok(1), Err(AppError)]);
                assert_eq!(unsafe { raw(&1) }.await, 1);
                assert_eq!(items().await, 6);
            })
            .await;
            seen.assert(&[
                "{way}.listed",
                "{way}.listed [error: AppError]",
                "{way}.patterns",
                "{way}.generic",
                "{way}.opaque",
                "{way}.recursive",
                "  {way}.recursive",
                "{way}.future [error: AppError]",
                "  {way}.listed [error: AppError]",
                "{way}.boxed",
                "  {way}.listed",
                "{way}.streamed [error: AppError]",
                "{way}.raw",
                "{way}.items",
            ]);
        }

        #[tokio::test]
        async fn ends_of_all_kinds() {
            use futures_util::FutureExt as _;

            let seen = seen();
            seen.run(async {
                assert_eq!(caught(panicking()).await.unwrap_err(), "on purpose");
                assert!(pending().now_or_never().is_none());
                #[allow(unreachable_code, reason = "that is the point")]
                let Err(said) = caught(async { never().await }).await;
                assert_eq!(said, "it does not return");
                drop(listed(1));
            })
            .await;
            seen.assert(&["{way}.panicking [panicked]", "{way}.pending [cancelled]", "{way}.never [panicked]"]);
        }
    }
    twins {
        #[tokio::test]
        async fn twins_stand_beside_them() {
            let seen = seen();
            let ctx = seen.in_scope(spanweave::Ctx::current);
            assert_eq!(is_send(listed_ctx(ctx, 1)).await, Ok(1));
            assert_eq!(patterns_ctx(ctx, User { id: 1 }, (1, 2), "", 3).await, 7);
            assert_eq!(generic_ctx(ctx, &[1, 2], 3).await, Some((&1, "3".to_owned())));
            assert_eq!(boxed_ctx(ctx, &1).await, Ok(1));
            assert_eq!(streamed_ctx(ctx, &[1]).count().await, 1);
            seen.assert(&[
                "{way}.listed",
                "{way}.patterns",
                "{way}.generic",
                "{way}.boxed",
                "  {way}.listed",
                "{way}.streamed",
            ]);
        }
    }
}

/// What only `#[traced]` can say.
mod by_name {
    use spanweave::{traced, traced_job, traced_service};

    use super::AppError;
    use crate::seen::{Seen, Way};

    #[traced]
    async fn private(id: u8) -> Result<u8, AppError> {
        helper(id)
    }

    #[traced]
    fn helper(id: u8) -> Result<u8, AppError> {
        if id == 13 { Err(AppError) } else { Ok(id) }
    }

    #[traced_job(name = "nightly")]
    async fn job() -> usize {
        usize::from(private(1).await.unwrap_or_default())
    }

    pub struct Service;

    #[traced_service]
    impl Service {
        pub async fn called(&self) -> u8 {
            self.private().await + self.synchronous() + self.untraced().await
        }

        #[traced]
        async fn private(&self) -> u8 {
            1
        }

        #[traced]
        fn synchronous(&self) -> u8 {
            2
        }

        async fn untraced(&self) -> u8 {
            3
        }
    }

    pub struct Alone;

    impl Alone {
        #[traced]
        pub async fn one(&self, Self: &Self) -> Result<Self, AppError> {
            Ok(Self)
        }

        pub async fn other(&self) -> u8 {
            1
        }
    }

    #[tokio::test]
    async fn what_is_asked_for_by_name_is_traced() {
        let seen = Seen::new(Way::Service);
        seen.run(async {
            assert_eq!(private(13).await, Err(AppError));
            assert_eq!(job().await, 1);
            assert_eq!(Service.called().await, 6);
            assert!(Alone.one(&Alone).await.is_ok());
            assert_eq!(Alone.other().await, 1);
        })
        .await;
        seen.assert(&[
            "by_name.private [error: AppError]",
            "  by_name.helper [error: AppError]",
            "nightly",
            "  by_name.private",
            "    by_name.helper",
            "Service.called",
            "  Service.private",
            "  Service.synchronous",
            "by_name.one",
        ]);
    }
}
