impl TaskService {
    #[inline]
    pub fn clear(&self) -> impl ::core::future::Future<Output = ()> {
        let returns = ::spanweave::Returns::<()>::NEW;
        __CLEAR_C6B4F3EA
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: {
                            self.store.clear().await;
                        }
                    }
                },
            )
    }
}
impl TaskService {
    /// [`clear`](Self::clear), in the given trace context.
    #[inline]
    pub fn clear_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<Output = ()> {
        ctx.enter(move || self.clear())
    }
}
static __CLEAR_C6B4F3EA: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "clear",
    ::core::module_path!(),
);
::spanweave::list_methods!(__CLEAR_C6B4F3EA);
