impl Job {
    #[inline]
    pub fn run(
        mut self,
        #[allow(unused)]
        permit: Permit,
    ) -> impl ::core::future::Future<Output = u64> {
        let returns = ::spanweave::Returns::<u64>::NEW;
        __RUN_69173931
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        let _ = &self;
                        #[allow(unused)]
                        #[allow(clippy::shadow_same)]
                        let permit = permit;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: {
                            self.ticks += 1;
                            self.ticks
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn share(
        self: Arc<Self>,
        id: i64,
    ) -> impl ::core::future::Future<Output = Option<Task>> {
        let returns = ::spanweave::Returns::<Option<Task>>::NEW;
        __SHARE_94CB886F
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        let _ = &self;
                        #[allow(clippy::shadow_same)]
                        let id = id;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { self.tasks.get(&id).cloned() }
                    }
                },
            )
    }
}
impl Job {
    /// [`run`](Self::run), in the given trace context.
    #[inline]
    pub fn run_ctx(
        self,
        ctx: ::spanweave::Ctx,
        permit: Permit,
    ) -> impl ::core::future::Future<Output = u64> {
        ctx.enter(move || self.run(permit))
    }
    /// [`share`](Self::share), in the given trace context.
    #[inline]
    pub fn share_ctx(
        self: Arc<Self>,
        ctx: ::spanweave::Ctx,
        id: i64,
    ) -> impl ::core::future::Future<Output = Option<Task>> {
        ctx.enter(move || Self::share(self, id))
    }
}
static __RUN_69173931: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "Job",
    "run",
    ::core::module_path!(),
);
static __SHARE_94CB886F: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "Job",
    "share",
    ::core::module_path!(),
);
::spanweave::list_methods!(__RUN_69173931, __SHARE_94CB886F);
