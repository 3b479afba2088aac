impl<C> TaskService<C> {
    #[inline]
    pub fn import(
        &self,
        user_id: i64,
        items: Vec<Task>,
    ) -> impl ::core::future::Future<Output = usize> {
        let returns = ::spanweave::Returns::<usize>::NEW;
        __IMPORT_235D86D0
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let user_id = user_id;
                        #[allow(clippy::shadow_same)]
                        let items = items;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        if ctx.is_recording() {
                            ctx.set("user_id", &user_id);
                            ctx.set("rows", &(items.len()));
                        }
                        '_body: { self.store(items).await }
                    }
                },
            )
    }
    pub async fn byte(&self) -> u8 {
        0
    }
}
impl<C> TaskService<C> {
    /// [`import`](Self::import), in the given trace context.
    #[inline]
    pub fn import_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        user_id: i64,
        items: Vec<Task>,
    ) -> impl ::core::future::Future<Output = usize> {
        ctx.enter(move || self.import(user_id, items))
    }
    /// [`byte`](Self::byte), in the given trace context.
    #[inline]
    pub fn byte_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<Output = u8> {
        ctx.run(move || self.byte())
    }
}
static __IMPORT_235D86D0: ::spanweave::Method = ::spanweave::Method::new(
        ::spanweave::MethodKind::Service,
        "Tasks",
        "import",
        ::core::module_path!(),
    )
    .with(
        &::spanweave::MethodOptions {
            span_name: ::core::option::Option::Some("import tasks"),
            metric: ::core::option::Option::None,
            counter: ::core::option::Option::None,
            labels: &[],
        },
    );
::spanweave::list_methods!(__IMPORT_235D86D0);
