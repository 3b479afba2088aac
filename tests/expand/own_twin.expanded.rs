impl TaskService {
    #[inline]
    pub fn list_ctx(
        &self,
        ctx: Ctx,
        user_id: i64,
    ) -> impl ::core::future::Future<Output = Result<Vec<Task>, AppError>> {
        let returns = ::spanweave::Returns::<Result<Vec<Task>, AppError>>::NEW;
        ctx.enter(move || {
            __LIST_CTX_BE0491A7
                .call(::spanweave::Ctx::current())
                .run(
                    returns.class(),
                    async move {
                        {
                            #[allow(unused_variables)]
                            let ctx = ::spanweave::Ctx::current();
                            #[allow(clippy::shadow_same)]
                            let user_id = user_id;
                            if let ::core::option::Option::Some(early) = returns.early()
                            {
                                return early;
                            }
                            let ctx = ::spanweave::Ctx::current();
                            '_body: {
                                tokio::spawn(audit(ctx, user_id));
                                self.tasks.list_ctx(ctx, user_id).await
                            }
                        }
                    },
                )
        })
    }
}
impl TaskService {
    /// [`list_ctx`](Self::list_ctx), in the current trace context.
    #[inline]
    pub fn list(
        &self,
        user_id: i64,
    ) -> impl ::core::future::Future<Output = Result<Vec<Task>, AppError>> {
        self.list_ctx(::spanweave::Ctx::current(), user_id)
    }
}
static __LIST_CTX_BE0491A7: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "list",
    ::core::module_path!(),
);
::spanweave::list_methods!(__LIST_CTX_BE0491A7);
