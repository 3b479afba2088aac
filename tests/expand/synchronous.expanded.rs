impl Tasks {
    pub fn count(&self, __arg0: (u8, u8)) -> Result<usize, AppError> {
        let returns = ::spanweave::Returns::<Result<usize, AppError>>::NEW;
        __COUNT_F453E92E
            .call(::spanweave::Ctx::current())
            .run_sync(
                returns.class(),
                move || {
                    {
                        let __arg0 = __arg0;
                        let (a, _) = __arg0;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { Ok(self.parse()? + usize::from(a)) }
                    }
                },
            )
    }
    fn parse(&self) -> Result<usize, AppError> {
        Ok(1)
    }
}
impl Tasks {
    /// [`count`](Self::count), in the given trace context.
    #[inline]
    pub fn count_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        __arg0: (u8, u8),
    ) -> Result<usize, AppError> {
        ctx.enter(move || self.count(__arg0))
    }
}
static __COUNT_F453E92E: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "Tasks",
    "count",
    ::core::module_path!(),
);
::spanweave::list_methods!(__COUNT_F453E92E);
