//! Attributes on methods and on blocks, visibilities, several blocks of one type.

#[derive(Debug, PartialEq)]
pub struct AppError;

each_way! {
    types {
        /// A service.
        #[derive(Default)]
        pub struct Service {
            count: u8,
        }

        pub trait Shown: std::fmt::Display {}

        impl Shown for u8 {}

        pub mod inner {
            #[derive(Default)]
            pub struct Elsewhere {
                pub(super) count: u8,
            }
        }
    }
    block {
        /// Documented.
        #[allow(clippy::manual_async_fn)]
        #[cfg(all())]
        impl Service {
            /// Documented, too.
            #[inline]
            pub async fn inlined(&self) -> u8 {
                self.count
            }

            #[inline(always)]
            #[allow(clippy::inline_always)]
            pub async fn always(&self) -> u8 {
                self.count
            }

            #[cold]
            #[inline(never)]
            pub async fn never(&self) -> u8 {
                self.count
            }

            #[must_use = "it is counted"]
            pub async fn must_use(&self) -> u8 {
                self.count
            }

            #[must_use]
            pub async fn must_use_result(&self) -> Result<&u8, AppError> {
                Ok(&self.count)
            }

            #[deprecated(since = "0.1.0", note = "use `inlined`")]
            pub async fn deprecated(&self) -> u8 {
                self.count
            }

            #[doc(hidden)]
            pub async fn hidden(&self) -> u8 {
                self.count
            }

            #[doc = "Documented"]
            #[doc(alias = "other")]
            pub async fn aliased(&self) -> u8 {
                self.count
            }

            #[cfg(any())]
            pub async fn conditional(&self) -> Missing {
                1
            }

            #[cfg(all())]
            pub async fn conditional(&self) -> u8 {
                self.count
            }

            #[cfg_attr(all(), inline, doc = "Conditionally documented")]
            #[cfg_attr(any(), deprecated)]
            pub async fn conditionally_inlined(&self) -> u8 {
                self.count
            }

            #[allow(unused_variables, unused_mut, non_snake_case)]
            pub async fn Allowed(&self, unused: u8) -> u8 {
                let mut one = 1;
                let unused_too = 2;
                one
            }

            #[expect(unused_variables, reason = "it is a shape")]
            pub async fn expected(&self, unused: u8) -> u8 {
                self.count
            }

            #[warn(unused)]
            #[deny(unused_must_use)]
            pub async fn denied(&self) -> Result<(), AppError> {
                Err(AppError)
            }

            #[rustfmt::skip]
            #[clippy::cognitive_complexity = "50"]
            pub async fn of_tools(&self) -> u8 { self.count }

            #[tracing::instrument(skip_all)]
            pub async fn instrumented(&self, (a, b): (u8, u8), mut c: u8) -> Result<u8, AppError> {
                c += a + b;
                if c == 0 { Err(AppError) } else { Ok(c) }
            }

            #[track_caller]
            #[allow(ungated_async_fn_track_caller)]
            pub async fn tracked(&self) -> u8 {
                self.count
            }

            pub(crate) async fn in_crate(&self) -> u8 {
                self.count
            }

            pub(super) async fn in_parent(&self) -> u8 {
                self.in_self().await
            }

            pub(self) async fn in_self(&self) -> u8 {
                self.count
            }

            pub(in crate::hints) async fn in_module(&self) -> u8 {
                self.count
            }

            pub const LIMIT: u8 = 3;

            pub fn synchronous(&self) -> u8 {
                Self::LIMIT
            }

            #[allow(dead_code)]
            async fn private(&self) -> u8 {
                self.count
            }
        }
    }
    block {
        impl Service {
            pub async fn of_the_second_block(&mut self) -> u8 {
                self.count += self.in_crate().await + 1;
                self.private().await
            }
        }
    }
    block {
        #[allow(unused_qualifications)]
        impl self::Service {
            pub async fn of_the_third_block(&self) -> u8 {
                Self::LIMIT + Service::LIMIT
            }
        }
    }
    block {
        impl Service {}
    }
    block {
        impl inner::Elsewhere {
            pub async fn count(&self) -> u8 {
                self.count
            }
        }
    }
    block {
        impl dyn Shown + Send {
            pub async fn shown(&self) -> String {
                self.to_string()
            }
        }
    }
    tests {
        #[tokio::test]
        async fn attributes_of_methods() {
            let seen = seen();
            let service = Service::default();
            seen.run(async {
                assert_eq!(service.inlined().await + service.always().await + service.never().await, 0);
                assert_eq!(service.must_use().await, 0);
                assert_eq!(service.must_use_result().await, Ok(&0));
                #[allow(deprecated, reason = "it is a shape")]
                let deprecated = service.deprecated().await;
                assert_eq!(deprecated, 0);
                assert_eq!(service.hidden().await + service.aliased().await, 0);
                assert_eq!(service.conditional().await + service.conditionally_inlined().await, 0);
                assert_eq!(service.Allowed(1).await + service.expected(1).await, 1);
                assert_eq!(service.denied().await, Err(AppError));
                assert_eq!(service.of_tools().await, 0);
                assert_eq!(service.instrumented((1, 2), 3).await, Ok(6));
                assert_eq!(service.instrumented((0, 0), 0).await, Err(AppError));
                assert_eq!(service.tracked().await, 0);
            })
            .await;
            seen.assert(&[
                "Service.inlined",
                "Service.always",
                "Service.never",
                "Service.must_use",
                "Service.must_use_result",
                "Service.deprecated",
                "Service.hidden",
                "Service.aliased",
                "Service.conditional",
                "Service.conditionally_inlined",
                "Service.Allowed",
                "Service.expected",
                "Service.denied [error: AppError]",
                "Service.of_tools",
                "Service.instrumented",
                "Service.instrumented [error: AppError]",
                "Service.tracked",
            ]);
        }

        #[tokio::test]
        async fn visibilities_and_blocks() {
            let seen = seen();
            let mut service = Service::default();
            seen.run(async {
                assert_eq!(service.in_crate().await + service.in_parent().await + service.in_module().await, 0);
                assert_eq!(service.synchronous(), 3);
                assert_eq!(service.of_the_second_block().await, 1);
                assert_eq!(service.of_the_third_block().await, 6);
                assert_eq!(inner::Elsewhere::default().count().await, 0);
                let shown: &(dyn Shown + Send) = &1;
                assert_eq!(shown.shown().await, "1");
            })
            .await;
            seen.assert(&[
                "Service.in_crate",
                "Service.in_parent",
                "  Service.in_self",
                "Service.in_module",
                "Service.of_the_second_block",
                "  Service.in_crate",
                "Service.of_the_third_block",
                "Elsewhere.count",
                "Shown.shown",
            ]);
        }
    }
    twins {
        #[tokio::test]
        async fn twins_have_the_attributes_of_their_callers() {
            let seen = seen();
            let mut service = Service::default();
            seen.run(async {
                let ctx = spanweave::Ctx::current();
                assert_eq!(service.must_use_ctx(ctx).await, 0);
                #[allow(deprecated, reason = "it is a shape")]
                let deprecated = service.deprecated_ctx(ctx).await;
                assert_eq!(deprecated + service.conditional_ctx(ctx).await, 0);
                assert_eq!(service.instrumented_ctx(ctx, (1, 2), 3).await, Ok(6));
                assert_eq!(service.in_module_ctx(ctx).await, 0);
                assert_eq!(service.of_the_second_block_ctx(ctx).await, 1);
            })
            .await;
            seen.assert(&[
                "Service.must_use",
                "Service.deprecated",
                "Service.conditional",
                "Service.instrumented",
                "Service.in_module",
                "Service.of_the_second_block",
                "  Service.in_crate",
            ]);
        }
    }
}
