impl TaskService {
    const LIMIT: usize = 10;
    pub fn new(store: Store) -> Self {
        Self { store }
    }
    pub fn later(&self) -> impl Future<Output = u8> {
        async { 1 }
    }
    async fn helper(&self) -> u8 {
        1
    }
    #[inline]
    fn private(&self) -> impl ::core::future::Future<Output = u8> {
        static __METHOD: ::spanweave::Method = ::spanweave::Method::service(
            "TaskService",
            "private",
            ::core::module_path!(),
        );
        let returns = ::spanweave::Returns::<u8>::NEW;
        __METHOD
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    if let Some(early) = returns.early() {
                        return early;
                    }
                    '_body: { self.helper().await }
                },
            )
    }
}
