#[cfg(feature = "tasks")]
#[allow(clippy::unused_async)]
impl TaskService {
    #[deprecated = "use `list`"]
    #[inline]
    #[cfg(unix)]
    #[expect(clippy::too_many_lines)]
    #[allow(unused_variables)]
    pub fn all(&self) -> impl ::core::future::Future<Output = Vec<Task>> {
        let returns = ::spanweave::Returns::<Vec<Task>>::NEW;
        __ALL_ACFA171C
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: {
                            let unused = 1;
                            Vec::new()
                        }
                    }
                },
            )
    }
    #[inline]
    pub(crate) fn many(
        &self,
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        #[cfg(unix)]
        f: u8,
    ) -> impl ::core::future::Future<Output = u8> {
        let returns = ::spanweave::Returns::<u8>::NEW;
        __MANY_62756F3A
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let a = a;
                        #[allow(clippy::shadow_same)]
                        let b = b;
                        #[allow(clippy::shadow_same)]
                        let c = c;
                        #[allow(clippy::shadow_same)]
                        let d = d;
                        #[allow(clippy::shadow_same)]
                        let e = e;
                        #[cfg(unix)]
                        #[allow(clippy::shadow_same)]
                        let f = f;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { a + b + c + d + e }
                    }
                },
            )
    }
    #[inline]
    pub unsafe fn raw(&self, at: *const u8) -> impl ::core::future::Future<Output = u8> {
        let returns = ::spanweave::Returns::<u8>::NEW;
        __RAW_ADAAF049
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let at = at;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: { unsafe { *at } }
                    }
                },
            )
    }
}
#[cfg(feature = "tasks")]
#[allow(clippy::unused_async)]
impl TaskService {
    /// [`all`](Self::all), in the given trace context.
    #[deprecated = "use `list`"]
    #[inline]
    #[cfg(unix)]
    #[allow(clippy::too_many_lines)]
    #[allow(unused_variables)]
    #[allow(deprecated)]
    pub fn all_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<Output = Vec<Task>> {
        ctx.enter(move || self.all())
    }
    /// [`many`](Self::many), in the given trace context.
    #[allow(clippy::too_many_arguments)]
    #[inline]
    pub(crate) fn many_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        #[cfg(unix)]
        f: u8,
    ) -> impl ::core::future::Future<Output = u8> {
        ctx.enter(move || self.many(a, b, c, d, e, #[cfg(unix)] f))
    }
    /// [`raw`](Self::raw), in the given trace context.
    #[inline]
    pub unsafe fn raw_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        at: *const u8,
    ) -> impl ::core::future::Future<Output = u8> {
        ctx.enter(move || unsafe { self.raw(at) })
    }
}
#[cfg(feature = "tasks")]
#[cfg(unix)]
static __ALL_ACFA171C: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "all",
    ::core::module_path!(),
);
#[cfg(feature = "tasks")]
static __MANY_62756F3A: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "many",
    ::core::module_path!(),
);
#[cfg(feature = "tasks")]
static __RAW_ADAAF049: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Service,
    "TaskService",
    "raw",
    ::core::module_path!(),
);
#[cfg(feature = "tasks")]
::spanweave::list_methods!(#[cfg(unix)] __ALL_ACFA171C, __MANY_62756F3A, __RAW_ADAAF049);
