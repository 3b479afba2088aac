#[async_trait]
pub trait Store<T>: Send + Sync {
    async fn get<'k, Q: Send>(
        &self,
        key: &'k str,
        tx: &mut Tx<'_>,
        of: Q,
    ) -> Option<&'k T>;
    fn boxed(&self, key: &str) -> BoxFuture<'_, Option<T>>;
    /// [`get`](Self::get), in the given trace context.
    #[inline]
    fn get_ctx<'__life0, '__life1, '__life2, '__async, 'k, Q: Send>(
        &'__life0 self,
        ctx: ::spanweave::Ctx,
        key: &'k str,
        tx: &'__life1 mut Tx<'__life2>,
        of: Q,
    ) -> ::core::pin::Pin<
        ::std::boxed::Box<
            dyn ::core::future::Future<
                Output = Option<&'k T>,
            > + ::core::marker::Send + '__async,
        >,
    >
    where
        'k: '__async,
        Q: '__async,
        '__life0: '__async,
        '__life1: '__async,
        '__life2: '__async,
        Self: '__async,
    {
        ::std::boxed::Box::pin(
            ctx.run(move || <Self as Store<T>>::get::<Q>(self, key, tx, of)),
        )
    }
    /// [`boxed`](Self::boxed), in the given trace context.
    #[inline]
    fn boxed_ctx(&self, ctx: ::spanweave::Ctx, key: &str) -> BoxFuture<'_, Option<T>> {
        ::spanweave::Returns::<BoxFuture<'_, Option<T>>>::NEW
            .in_ctx(ctx, move || <Self as Store<T>>::boxed(self, key))
    }
}
