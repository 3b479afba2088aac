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
    #[allow(clippy::multiple_bound_locations, mismatched_lifetime_syntaxes)]
    #[inline]
    fn get_ctx<
        'async_trait,
        '__life0: 'async_trait,
        '__life1: 'async_trait,
        '__life2: 'async_trait,
        'k: 'async_trait,
        Q: Send + 'async_trait,
    >(
        &'__life0 self,
        ctx: ::spanweave::Ctx,
        key: &'k str,
        tx: &'__life1 mut Tx<'__life2>,
        of: Q,
    ) -> ::core::pin::Pin<
        ::std::boxed::Box<
            dyn ::core::future::Future<
                Output = Option<&'k T>,
            > + ::core::marker::Send + 'async_trait,
        >,
    >
    where
        Self: 'async_trait,
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
