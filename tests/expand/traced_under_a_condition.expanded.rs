impl Service {
    #[cfg(feature = "quiet")]
    pub async fn ping(&self) {}
    #[cfg(not(feature = "quiet"))]
    #[inline]
    pub fn ping(&self) -> impl ::core::future::Future<Output = ()> {
        let returns = ::spanweave::Returns::<()>::NEW;
        __PING_D79780E4
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: {}
                    }
                },
            )
    }
}
impl Service {
    /// [`ping`](Self::ping), in the given trace context.
    #[cfg(feature = "quiet")]
    #[inline]
    pub fn ping_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<Output = ()> {
        ctx.run(move || self.ping())
    }
    /// [`ping`](Self::ping), in the given trace context.
    #[cfg(not(feature = "quiet"))]
    #[inline]
    pub fn ping_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<Output = ()> {
        ctx.enter(move || self.ping())
    }
}
#[cfg(not(feature = "quiet"))]
static __PING_D79780E4: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "Service",
    "ping",
    ::core::module_path!(),
);
::spanweave::list_methods!(#[cfg(not(feature = "quiet"))] __PING_D79780E4);
