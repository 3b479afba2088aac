//! Names of the user's that generated code has too, and raw ones.

use std::future::Future;

pub struct Ctx(pub u8);

/// What generated code names by its path is not this.
pub struct Method;
pub struct Returns;

each_way! {
    types {
        pub struct Service {
            ctx: u8,
        }
    }
    block {
        impl Service {
            pub async fn arguments(&self, ctx: u8, returns: u8, early: u8, __arg0: u8, call: u8) -> u8 {
                ctx + returns + early + __arg0 + call + self.ctx
            }

            pub async fn patterns(&self, (ctx, early): (u8, u8), (returns, __arg1): (u8, u8)) -> u8 {
                ctx + early + returns + __arg1
            }

            pub async fn locals(&self, returned: u8) -> u8 {
                const METHOD: u8 = 1;
                let ctx = self.ctx;
                let returns = METHOD + returned;
                let early = 3;
                let (__arg0, body) = (4, 5);
                ctx + returns + early + __arg0 + body
            }

            pub async fn items(&self) -> u8 {
                static METHOD: u8 = 1;
                static __METHOD: u8 = 2;
                fn returns() -> u8 {
                    METHOD + __METHOD
                }
                fn ctx() -> u8 {
                    3
                }
                returns() + ctx()
            }

            pub async fn labels(&self) -> u8 {
                let ctx = 'body: {
                    if self.ctx > 0 {
                        break 'body 1;
                    }
                    2
                };
                'inner: loop {
                    break 'inner ctx;
                }
            }

            pub async fn own_context(&self, ctx: &Ctx) -> u8 {
                ctx.0
            }

            pub fn future(&self, ctx: u8, returns: u8) -> impl Future<Output = Result<u8, ()>> {
                let early = 1;
                async move { Ok(ctx + returns + early) }
            }

            pub fn boxed(&self, ctx: u8, returns: u8, early: u8) -> futures_util::future::BoxFuture<'_, u8> {
                Box::pin(async move { ctx + returns + early + self.ctx })
            }

            pub async fn types(&self, _: Method, _: Returns) -> Option<Returns> {
                use std::option::Option::*;
                Some(Returns)
            }

            pub async fn r#type(&self, r#match: u8) -> u8 {
                let r#fn = r#match;
                r#fn
            }

            pub async fn r#await_ctx(&self) -> u8 {
                1
            }

            pub async fn ünïcode(&self, größe: u8) -> u8 {
                größe
            }

            #[allow(non_snake_case)]
            pub async fn CamelCase(&self, Argument: u8) -> u8 {
                Argument
            }
        }
    }
    tests {
        #[tokio::test]
        async fn the_users_names_stay_the_users() {
            let seen = seen();
            let service = Service { ctx: 1 };
            seen.run(async {
                assert_eq!(service.arguments(1, 2, 3, 4, 5).await, 16);
                assert_eq!(service.patterns((1, 2), (3, 4)).await, 10);
                assert_eq!(service.locals(1).await, 15);
                assert_eq!(service.items().await, 6);
                assert_eq!(service.labels().await, 1);
                assert_eq!(service.own_context(&Ctx(7)).await, 7);
                assert_eq!(service.future(1, 2).await, Ok(4));
                assert_eq!(service.boxed(1, 2, 3).await, 7);
                assert!(service.types(Method, Returns).await.is_some());
                assert_eq!(service.r#type(1).await, 1);
                assert_eq!(service.await_ctx().await, 1);
                assert_eq!(service.ünïcode(1).await, 1);
                assert_eq!(service.CamelCase(1).await, 1);
            })
            .await;
            seen.assert(&[
                "Service.arguments",
                "Service.patterns",
                "Service.locals",
                "Service.items",
                "Service.labels",
                "Service.own_context",
                "Service.future",
                "Service.boxed",
                "Service.types",
                "Service.type",
                "Service.await_ctx",
                "Service.ünïcode",
                "Service.CamelCase",
            ]);
        }
    }
    twins {
        #[tokio::test]
        async fn twins_leave_them_to_the_user() {
            let seen = seen();
            let service = Service { ctx: 1 };
            seen.run(async {
                let ctx = spanweave::Ctx::current();
                assert_eq!(service.arguments_ctx(ctx, 1, 2, 3, 4, 5).await, 16);
                assert_eq!(service.patterns_ctx(ctx, (1, 2), (3, 4)).await, 10);
                assert_eq!(service.own_context_ctx(ctx, &Ctx(7)).await, 7);
                assert_eq!(service.type_ctx(ctx, 1).await, 1);
                assert_eq!(service.ünïcode_ctx(ctx, 1).await, 1);
            })
            .await;
            seen.assert(&[
                "Service.arguments",
                "Service.patterns",
                "Service.own_context",
                "Service.type",
                "Service.ünïcode",
            ]);
        }
    }
}
