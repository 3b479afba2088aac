#[traced_service]
impl<'a, R: Repository + 'a, const N: usize> Service<'a, R, N>
where
    R::Row: Clone,
{
    pub async fn first<'b, T>(&'b mut self, name: &'b str, keep: impl Fn(&T) -> bool) -> Result<&'b T, Error>
    where
        T: From<R::Row>,
    {
        self.find(name, keep).await
    }
}
