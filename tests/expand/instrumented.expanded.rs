impl TaskService {
    #[instrument(skip(self))]
    pub async fn list(
        &self,
        Path(id): Path<i64>,
        limit: u32,
        _: Version,
    ) -> Result<Vec<Task>, AppError> {
        let returns = ::spanweave::Returns::<Result<Vec<Task>, AppError>>::NEW;
        __LIST_9FB533C9
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let mut id = id;
                        #[allow(clippy::shadow_same)]
                        let mut limit = limit;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: {
                            limit += 1;
                            id += 1;
                            self.tasks.list_ctx(ctx, id, limit).await
                        }
                    }
                },
            )
            .await
    }
    #[must_use]
    pub async fn count(&self) -> usize {
        let returns = ::spanweave::Returns::<usize>::NEW;
        __COUNT_3A92084C
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: { self.tasks.count_ctx(ctx).await }
                    }
                },
            )
            .await
    }
}
impl TaskService {
    /// [`list`](Self::list), in the given trace context.
    #[inline]
    pub fn list_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        __arg0: Path<i64>,
        limit: u32,
        __arg2: Version,
    ) -> impl ::core::future::Future<Output = Result<Vec<Task>, AppError>> {
        ctx.run(move || self.list(__arg0, limit, __arg2))
    }
    /// [`count`](Self::count), in the given trace context.
    #[must_use]
    #[inline]
    pub async fn count_ctx(&self, ctx: ::spanweave::Ctx) -> usize {
        ctx.run(move || self.count()).await
    }
}
static __LIST_9FB533C9: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "list",
    ::core::module_path!(),
);
static __COUNT_3A92084C: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "count",
    ::core::module_path!(),
);
::spanweave::list_methods!(__LIST_9FB533C9, __COUNT_3A92084C);
