impl Tasks {
    pub fn all(&self) -> impl Stream<Item = sqlx::Result<Task>> + '_ {
        use ::spanweave::sql::calls::*;
        static __SQL: [::spanweave::sql::Literal; 1] = [
            ::spanweave::sql::Literal::new(
                    &__ALL_19314D72,
                    "SELECT * FROM tasks",
                    "SELECT tasks",
                    "SELECT",
                )
                .table("tasks"),
        ];
        __ALL_19314D72
            .call(::spanweave::Ctx::current())
            .make(
                ::spanweave::StreamReturn(
                    ::spanweave::Returns::<sqlx::Result<Task>>::NEW.class(),
                ),
                move || {
                    {
                        '_body: {
                            sqlx::query_as("SELECT * FROM tasks")
                                .fetch(
                                    ::spanweave::Ctx::current()
                                        .sql(&self.pool)
                                        .literal(&__SQL[0]),
                                )
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn opened(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<BoxStream<'static, Task>, AppError>,
    > {
        let returns = ::spanweave::Returns::<
            Result<BoxStream<'static, Task>, AppError>,
        >::NEW;
        __OPENED_C866A93A
            .call(::spanweave::Ctx::current())
            .open(
                ::spanweave::Opened(
                    returns.class(),
                    ::spanweave::Returns::<BoxStream<'static, Task>>::NEW.boxed(),
                ),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { self.hub.subscribe().await }
                    }
                },
            )
    }
}
impl Tasks {
    /// [`all`](Self::all), in the given trace context.
    #[inline]
    pub fn all_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl Stream<Item = sqlx::Result<Task>> + '_ {
        ctx.enter(move || self.all())
    }
    /// [`opened`](Self::opened), in the given trace context.
    #[inline]
    pub fn opened_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<
        Output = Result<BoxStream<'static, Task>, AppError>,
    > {
        ctx.enter(move || self.opened())
    }
}
static __ALL_19314D72: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "Tasks",
    "all",
    ::core::module_path!(),
);
static __OPENED_C866A93A: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "Tasks",
    "opened",
    ::core::module_path!(),
);
::spanweave::list_methods!(__ALL_19314D72, __OPENED_C866A93A);
