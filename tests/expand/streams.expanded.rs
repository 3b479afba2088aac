impl Tasks {
    pub fn all(&self) -> impl Stream<Item = sqlx::Result<Task>> + '_ {
        static __METHOD: ::spanweave::Method = ::spanweave::Method::new(
            ::spanweave::MethodKind::Repo,
            "Tasks",
            "all",
            ::core::module_path!(),
        );
        ::spanweave::list_method!(__METHOD);
        use ::spanweave::sql::calls::*;
        static __SQL: [::spanweave::sql::Literal; 1] = [
            ::spanweave::sql::Literal::new(
                    &__METHOD,
                    "SELECT * FROM tasks",
                    "SELECT tasks",
                    "SELECT",
                )
                .table("tasks"),
        ];
        __METHOD
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
        static __METHOD: ::spanweave::Method = ::spanweave::Method::new(
            ::spanweave::MethodKind::Repo,
            "Tasks",
            "opened",
            ::core::module_path!(),
        );
        ::spanweave::list_method!(__METHOD);
        let returns = ::spanweave::Returns::<
            Result<BoxStream<'static, Task>, AppError>,
        >::NEW;
        __METHOD
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
