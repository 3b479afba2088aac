impl<T: Send> Store<T> for Memory<T> {
    #[inline]
    fn get(&self, key: &str) -> impl ::core::future::Future<Output = Option<T>> {
        static __METHOD: ::spanweave::Method = ::spanweave::Method::new(
            ::spanweave::MethodKind::Repo,
            "Memory",
            "get",
            ::core::module_path!(),
        );
        ::spanweave::list_method!(__METHOD);
        let returns = ::spanweave::Returns::<Option<T>>::NEW;
        __METHOD
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
