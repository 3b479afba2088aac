impl Feed {
    #[inline]
    pub fn events(
        &self,
    ) -> impl ::core::future::Future<Output = impl Stream<Item = Event> + use<>> {
        __EVENTS_3DB8788A
            .call(::spanweave::Ctx::current())
            .open(
                ::spanweave::StreamReturn(::spanweave::Returns::<Event>::NEW.class()),
                async move { { '_body: { self.hub.subscribe() } } },
            )
    }
    #[inline]
    pub fn lines(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<impl Iterator<Item = String>, Error>,
    > {
        let returns = ::spanweave::Returns::<Result<_, Error>>::NEW;
        __LINES_DC0D928A
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { Ok(self.read().await?.into_iter()) }
                    }
                },
            )
    }
    pub async fn run(&self) -> ! {
        let returns = ::spanweave::Returns::<::core::convert::Infallible>::NEW;
        match __RUN_4F3C1FF8
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: {
                            loop {
                                self.tick().await;
                            }
                        }
                    }
                },
            )
            .await
        {}
    }
}
impl Feed {
    /// [`events`](Self::events), in the given trace context.
    #[inline]
    pub fn events_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<Output = impl Stream<Item = Event> + use<>> {
        ctx.enter(move || self.events())
    }
    /// [`lines`](Self::lines), in the given trace context.
    #[inline]
    pub fn lines_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<
        Output = Result<impl Iterator<Item = String>, Error>,
    > {
        ctx.enter(move || self.lines())
    }
    /// [`run`](Self::run), in the given trace context.
    #[inline]
    pub async fn run_ctx(&self, ctx: ::spanweave::Ctx) -> ! {
        ctx.run(move || self.run()).await
    }
}
static __EVENTS_3DB8788A: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "Feed",
    "events",
    ::core::module_path!(),
);
static __LINES_DC0D928A: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "Feed",
    "lines",
    ::core::module_path!(),
);
static __RUN_4F3C1FF8: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "Feed",
    "run",
    ::core::module_path!(),
);
::spanweave::list_methods!(__EVENTS_3DB8788A, __LINES_DC0D928A, __RUN_4F3C1FF8);
