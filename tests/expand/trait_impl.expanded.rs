impl<T: Send> Store<T> for Memory<T> {
    #[inline]
    fn get(&self, key: &str) -> impl ::core::future::Future<Output = Option<T>> {
        let returns = ::spanweave::Returns::<Option<T>>::NEW;
        __GET_ABB4BEE5
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let key = key;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { self.0.get(key) }
                    }
                },
            )
    }
    fn len(&self) -> usize {
        0
    }
}
static __GET_ABB4BEE5: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "Memory",
    "get",
    ::core::module_path!(),
);
::spanweave::list_methods!(__GET_ABB4BEE5);
