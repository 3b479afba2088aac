impl TaskService {
    const LIMIT: usize = 10;
    pub fn new(store: Store) -> Self {
        Self { store }
    }
    pub fn later(&self) -> impl Future<Output = u8> {
        __LATER_C3C65251
            .call(::spanweave::Ctx::current())
            .run(
                ::spanweave::Returns::<u8>::NEW.class(),
                async {
                    if let ::core::option::Option::Some(early) = ::spanweave::Returns::<
                        u8,
                    >::NEW
                        .early()
                    {
                        return early;
                    }
                    1
                },
            )
    }
    async fn helper(&self) -> u8 {
        1
    }
    #[inline]
    fn private(&self) -> impl ::core::future::Future<Output = u8> {
        let returns = ::spanweave::Returns::<u8>::NEW;
        __PRIVATE_AB1CEF94
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { self.helper().await }
                    }
                },
            )
    }
}
impl TaskService {
    /// [`later`](Self::later), in the given trace context.
    #[inline]
    pub fn later_ctx(&self, ctx: ::spanweave::Ctx) -> impl Future<Output = u8> {
        ctx.enter(move || self.later())
    }
}
static __LATER_C3C65251: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "later",
    ::core::module_path!(),
);
static __PRIVATE_AB1CEF94: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "private",
    ::core::module_path!(),
);
::spanweave::list_methods!(__LATER_C3C65251, __PRIVATE_AB1CEF94);
