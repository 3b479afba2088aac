impl TaskRepository {
    #[inline]
    pub fn connect<E: Into<Endpoint>, const RETRIES: usize>(
        endpoint: E,
    ) -> impl ::core::future::Future<Output = Result<Self, Error>> {
        let returns = ::spanweave::Returns::<Result<Self, Error>>::NEW;
        __CONNECT_E9A44B66
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let endpoint = endpoint;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { Self::dial(endpoint.into(), RETRIES).await }
                    }
                },
            )
    }
}
impl TaskRepository {
    /// [`connect`](Self::connect), in the given trace context.
    #[inline]
    pub fn connect_ctx<E: Into<Endpoint>, const RETRIES: usize>(
        ctx: ::spanweave::Ctx,
        endpoint: E,
    ) -> impl ::core::future::Future<Output = Result<Self, Error>> {
        ctx.enter(move || Self::connect::<E, RETRIES>(endpoint))
    }
}
static __CONNECT_E9A44B66: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "connect",
    ::core::module_path!(),
);
::spanweave::list_methods!(__CONNECT_E9A44B66);
