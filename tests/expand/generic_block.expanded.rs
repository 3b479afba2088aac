impl<'a, R: Repository + 'a, const N: usize> Service<'a, R, N>
where
    R::Row: Clone,
{
    #[inline]
    pub fn first<'b, T>(
        &'b mut self,
        name: &'b str,
        keep: impl Fn(&T) -> bool,
    ) -> impl ::core::future::Future<Output = Result<&'b T, Error>>
    where
        T: From<R::Row>,
    {
        let returns = ::spanweave::Returns::<Result<&'b T, Error>>::NEW;
        __FIRST_A247241E
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let name = name;
                        #[allow(clippy::shadow_same)]
                        let keep = keep;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { self.find(name, keep).await }
                    }
                },
            )
    }
}
impl<'a, R: Repository + 'a, const N: usize> Service<'a, R, N>
where
    R::Row: Clone,
{
    /// [`first`](Self::first), in the given trace context.
    #[inline]
    pub fn first_ctx<'b, T>(
        &'b mut self,
        ctx: ::spanweave::Ctx,
        name: &'b str,
        keep: impl Fn(&T) -> bool,
    ) -> impl ::core::future::Future<Output = Result<&'b T, Error>>
    where
        T: From<R::Row>,
    {
        ctx.enter(move || self.first::<T>(name, keep))
    }
}
static __FIRST_A247241E: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "Service",
    "first",
    ::core::module_path!(),
);
::spanweave::list_methods!(__FIRST_A247241E);
