impl TaskService {
    #[inline]
    pub fn list(
        &self,
        ctx: &AuthContext,
    ) -> impl ::core::future::Future<Output = Result<Vec<Task>, AppError>> {
        let returns = ::spanweave::Returns::<Result<Vec<Task>, AppError>>::NEW;
        __LIST_9FB533C9
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let ctx = ctx;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: { self.tasks.list_ctx(ctx, ctx.user_id).await }
                    }
                },
            )
    }
}
impl TaskService {
    /// [`list`](Self::list), in the given trace context.
    #[inline]
    pub fn list_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        ctx: &AuthContext,
    ) -> impl ::core::future::Future<Output = Result<Vec<Task>, AppError>> {
        ctx.enter(move || self.list(ctx))
    }
}
static __LIST_9FB533C9: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "list",
    ::core::module_path!(),
);
::spanweave::list_methods!(__LIST_9FB533C9);
