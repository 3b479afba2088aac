impl Storage {
    #[inline]
    pub fn upload(
        &self,
        object: Object,
    ) -> impl ::core::future::Future<Output = Result<(), StorageError>> {
        let returns = my::spanweave::Returns::<Result<(), StorageError>>::NEW;
        let labelled = __UPLOAD_922D6127
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
#[allow(unused_qualifications)]
static __UPLOAD_922D6127: my::spanweave::Method = my::spanweave::Method::new(
        my::spanweave::MethodKind::Client,
        "Storage",
        "upload",
        ::core::module_path!(),
    )
    .with(
        &my::spanweave::MethodOptions {
            span_name: ::core::option::Option::None,
            metric: ::core::option::Option::Some("b2_upload_duration_seconds"),
            counter: ::core::option::Option::None,
            labels: &["bucket"],
        },
    );
my::spanweave::list_methods!(__UPLOAD_922D6127);
impl Storage {
    #[inline]
    pub fn put(
        &self,
        object: Object,
    ) -> impl ::core::future::Future<Output = Result<(), StorageError>> {
        let returns = my::spanweave::Returns::<Result<(), StorageError>>::NEW;
        let labelled = __PUT_A037AEE7
            .call_with([&(self.bucket)], my::spanweave::Ctx::current())
            .counting(&(object.len()));
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
                        '_body: { self.send(object).await }
                    }
                },
            )
    }
    #[inline]
    pub fn get_ctx(&self, ctx: Ctx) -> impl ::core::future::Future<Output = ()> {
        let returns = my::spanweave::Returns::<()>::NEW;
        ctx.enter(move || {
            let labelled = __GET_CTX_9A96807C
                .call_with([], my::spanweave::Ctx::current())
                .counting(&1);
            labelled
                .run(
                    returns.class(),
                    async move {
                        {
                            #[allow(unused_variables)]
                            let ctx = my::spanweave::Ctx::current();
                            if let ::core::option::Option::Some(early) = returns.early()
                            {
                                return early;
                            }
                            '_body: {}
                        }
                    },
                )
        })
    }
}
impl Storage {
    /// [`put`](Self::put), in the given trace context.
    #[inline]
    pub fn put_ctx(
        &self,
        ctx: my::spanweave::Ctx,
        object: Object,
    ) -> impl ::core::future::Future<Output = Result<(), StorageError>> {
        ctx.enter(move || self.put(object))
    }
    /// [`get_ctx`](Self::get_ctx), in the current trace context.
    #[inline]
    pub fn get(&self) -> impl ::core::future::Future<Output = ()> {
        self.get_ctx(my::spanweave::Ctx::current())
    }
}
#[allow(unused_qualifications)]
static __PUT_A037AEE7: my::spanweave::Method = my::spanweave::Method::new(
        my::spanweave::MethodKind::Client,
        "Storage",
        "put",
        ::core::module_path!(),
    )
    .with(
        &my::spanweave::MethodOptions {
            span_name: ::core::option::Option::None,
            metric: ::core::option::Option::Some("b2_upload_duration_seconds"),
            counter: ::core::option::Option::Some("b2_upload_bytes_total"),
            labels: &["bucket"],
        },
    );
#[allow(unused_qualifications)]
static __GET_CTX_9A96807C: my::spanweave::Method = my::spanweave::Method::new(
        my::spanweave::MethodKind::Client,
        "Storage",
        "get",
        ::core::module_path!(),
    )
    .with(
        &my::spanweave::MethodOptions {
            span_name: ::core::option::Option::None,
            metric: ::core::option::Option::None,
            counter: ::core::option::Option::Some("b2_downloads_total"),
            labels: &[],
        },
    );
my::spanweave::list_methods!(__PUT_A037AEE7, __GET_CTX_9A96807C);
