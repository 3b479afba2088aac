impl Storage {
    #[inline]
    pub fn upload(
        &self,
        object: Object,
    ) -> impl ::core::future::Future<Output = Result<(), StorageError>> {
        #[allow(unused_qualifications)]
        static __METHOD: my::spanweave::Method = my::spanweave::Method::new(
                my::spanweave::MethodKind::Client,
                "Storage",
                "upload",
                ::core::module_path!(),
            )
            .with(
                &my::spanweave::MethodOptions {
                    span_name: ::core::option::Option::None,
                    metric: ::core::option::Option::Some("b2_upload_duration_seconds"),
                    labels: &["bucket"],
                },
            );
        my::spanweave::list_method!(__METHOD);
        let returns = my::spanweave::Returns::<Result<(), StorageError>>::NEW;
        let labelled = __METHOD
            .call_with([&(self.bucket.as_str())], my::spanweave::Ctx::current());
        labelled
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let object = object;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { self.put(object).await }
                    }
                },
            )
    }
}
impl Storage {
    /// [`upload`](Self::upload), in the given trace context.
    #[inline]
    pub fn upload_ctx(
        &self,
        ctx: my::spanweave::Ctx,
        object: Object,
    ) -> impl ::core::future::Future<Output = Result<(), StorageError>> {
        ctx.enter(move || self.upload(object))
    }
}
