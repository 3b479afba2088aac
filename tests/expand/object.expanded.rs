#[Object]
impl Query {
    pub async fn value(&self, id: u64) -> u64 {
        static __METHOD: ::spanweave::Method = ::spanweave::Method::new(
            ::spanweave::MethodKind::Service,
            "Query",
            "value",
            ::core::module_path!(),
        );
        ::spanweave::list_method!(__METHOD);
        let returns = ::spanweave::Returns::<u64>::NEW;
        __METHOD
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let id = id;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { id + 1 }
                    }
                },
            )
            .await
    }
}
