#[repo]
#[async_trait]
pub trait Store<T>: Send + Sync {
    async fn get<'k, Q: Send>(&self, key: &'k str, tx: &mut Tx<'_>, of: Q) -> Option<&'k T>;
    fn boxed(&self, key: &str) -> BoxFuture<'_, Option<T>>;
}
