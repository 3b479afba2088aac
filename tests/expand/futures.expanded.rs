impl TaskService {
    pub fn boxed(
        &self,
        id: i64,
    ) -> Pin<Box<dyn Future<Output = Result<Task, AppError>> + Send + '_>> {
        let returns = ::spanweave::Returns::<Result<Task, AppError>>::NEW;
        Box::pin(
            __BOXED_ACB5769B
                .call(::spanweave::Ctx::current())
                .run(
                    returns.class(),
                    async move {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        self.store.load(id).await
                    },
                ),
        )
    }
    pub fn made(&self, id: i64) -> BoxFuture<'_, Result<Task, AppError>> {
        let returns = ::spanweave::Returns::<BoxFuture<'_, Result<Task, AppError>>>::NEW;
        __MADE_626664B0
            .call(::spanweave::Ctx::current())
            .make(
                returns.boxed(),
                move || {
                    {
                        #[allow(clippy::shadow_same)]
                        let id = id;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: {
                            let store = self.store.clone();
                            async move { store.load(id).await }.boxed()
                        }
                    }
                },
            )
    }
}
impl TaskService {
    /// [`boxed`](Self::boxed), in the given trace context.
    #[inline]
    pub fn boxed_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        id: i64,
    ) -> Pin<Box<dyn Future<Output = Result<Task, AppError>> + Send + '_>> {
        ctx.enter(move || self.boxed(id))
    }
    /// [`made`](Self::made), in the given trace context.
    #[inline]
    pub fn made_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        id: i64,
    ) -> BoxFuture<'_, Result<Task, AppError>> {
        ctx.enter(move || self.made(id))
    }
}
static __BOXED_ACB5769B: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "boxed",
    ::core::module_path!(),
);
static __MADE_626664B0: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "made",
    ::core::module_path!(),
);
::spanweave::list_methods!(__BOXED_ACB5769B, __MADE_626664B0);
