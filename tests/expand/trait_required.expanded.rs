pub trait TaskRepository: Send {
    type Key;
    /// The tasks of a user.
    async fn list(&self, user_id: i64) -> Result<Vec<Task>, AppError>;
    fn count(&self) -> impl Future<Output = usize> + Send;
    #[inline]
    fn all(&self) -> impl ::core::future::Future<Output = usize> {
        let returns = ::spanweave::Returns::<usize>::NEW;
        __ALL_434B9F23
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { self.list(1).await.map_or(0, |tasks| tasks.len()) }
                    }
                },
            )
    }
    async fn close(self) -> bool;
    fn name(&self) -> &str;
    /// [`list`](Self::list), in the given trace context.
    #[inline]
    fn list_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        user_id: i64,
    ) -> impl ::core::future::Future<Output = Result<Vec<Task>, AppError>> {
        ctx.run(move || <Self as TaskRepository>::list(self, user_id))
    }
    /// [`count`](Self::count), in the given trace context.
    #[inline]
    fn count_ctx(&self, ctx: ::spanweave::Ctx) -> impl Future<Output = usize> + Send {
        ctx.run(move || <Self as TaskRepository>::count(self))
    }
    /// [`all`](Self::all), in the given trace context.
    #[inline]
    fn all_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<Output = usize> {
        ctx.run(move || <Self as TaskRepository>::all(self))
    }
    /// [`close`](Self::close), in the given trace context.
    #[inline]
    fn close_ctx(
        self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<Output = bool>
    where
        Self: ::core::marker::Sized,
    {
        ctx.run(move || <Self as TaskRepository>::close(self))
    }
}
static __ALL_434B9F23: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "all",
    ::core::module_path!(),
);
::spanweave::list_methods!(__ALL_434B9F23);
