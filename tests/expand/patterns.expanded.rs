impl TaskService {
    #[inline]
    pub fn update(
        &self,
        __arg0: Path<i64>,
        __arg1: Version,
        task: Task,
        __arg3: (u8, u8),
    ) -> impl ::core::future::Future<Output = Option<Task>> {
        let returns = ::spanweave::Returns::<Option<Task>>::NEW;
        __UPDATE_62115C7C
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        let __arg0 = __arg0;
                        let Path(id) = __arg0;
                        let __arg1 = __arg1;
                        let _ = __arg1;
                        #[allow(clippy::shadow_same)]
                        let mut task = task;
                        let __arg3 = __arg3;
                        let (a, mut b) = __arg3;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: {
                            task.id = id;
                            b += a;
                            (b > 0).then_some(task)
                        }
                    }
                },
            )
    }
}
impl TaskService {
    /// [`update`](Self::update), in the given trace context.
    #[inline]
    pub fn update_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        __arg0: Path<i64>,
        __arg1: Version,
        task: Task,
        __arg3: (u8, u8),
    ) -> impl ::core::future::Future<Output = Option<Task>> {
        ctx.enter(move || self.update(__arg0, __arg1, task, __arg3))
    }
}
static __UPDATE_62115C7C: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "update",
    ::core::module_path!(),
);
::spanweave::list_methods!(__UPDATE_62115C7C);
