#[repo]
impl<T: Send> Store<T> for Memory<T> {
    async fn get(&self, key: &str) -> Option<T> {
        self.0.get(key)
    }
    fn len(&self) -> usize {
        0
    }
}
