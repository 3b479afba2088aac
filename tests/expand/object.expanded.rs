#[Object]
impl Query {
    pub async fn value(&self, id: u64) -> u64 {
        let returns = ::spanweave::Returns::<u64>::NEW;
        __VALUE_EFA97AC6
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
static __VALUE_EFA97AC6: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "Query",
    "value",
    ::core::module_path!(),
);
::spanweave::list_methods!(__VALUE_EFA97AC6);
