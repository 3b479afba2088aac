impl TaskService {
    /// The tasks of a user.
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
                        '_body: {
                            let tasks = self.store.load(user_id).await?;
                            Ok(tasks)
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
}
static __LIST_TASKS_91B071B4: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "list_tasks",
    ::core::module_path!(),
);
::spanweave::list_methods!(__LIST_TASKS_91B071B4);
