impl TaskService {
    #[inline]
    pub fn list_tasks(
        &self,
        user_id: i64,
    ) -> impl ::core::future::Future<Output = Result<Vec<Task>, AppError>> {
        let returns = ::spanweave::Returns::<Result<Vec<Task>, AppError>>::NEW;
        __LIST_TASKS_91B071B4
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let user_id = user_id;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: {
                            let ids = self
                                .residences
                                .ids_for_user_ctx(ctx, user_id)
                                .await?;
                            Ok(self.tasks.for_residences_ctx(ctx, &ids).await?)
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn overview(
        &self,
        user_id: i64,
    ) -> impl ::core::future::Future<Output = Result<Overview, AppError>> {
        let returns = ::spanweave::Returns::<Result<Overview, AppError>>::NEW;
        __OVERVIEW_06DD2BC2
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let user_id = user_id;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: {
                            let (tasks, ids) = tokio::try_join!(
                                self.tasks.all_ctx(ctx), self.residences
                                .ids_for_user_ctx(ctx, user_id)
                            )?;
                            let cached = self.tasks.clone();
                            Ok(Overview::new(tasks, ids, cached))
                        }
                    }
                },
            )
    }
}
impl TaskService {
    /// [`list_tasks`](Self::list_tasks), in the given trace context.
    #[inline]
    pub fn list_tasks_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        user_id: i64,
    ) -> impl ::core::future::Future<Output = Result<Vec<Task>, AppError>> {
        ctx.enter(move || self.list_tasks(user_id))
    }
    /// [`overview`](Self::overview), in the given trace context.
    #[inline]
    pub fn overview_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        user_id: i64,
    ) -> impl ::core::future::Future<Output = Result<Overview, AppError>> {
        ctx.enter(move || self.overview(user_id))
    }
}
static __LIST_TASKS_91B071B4: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "list_tasks",
    ::core::module_path!(),
);
static __OVERVIEW_06DD2BC2: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "overview",
    ::core::module_path!(),
);
::spanweave::list_methods!(__LIST_TASKS_91B071B4, __OVERVIEW_06DD2BC2);
