#[repo(calls(archive))]
impl TaskRepository {
    pub async fn archive_done(&self, id: i64) -> sqlx::Result<u64> {
        let mut tx = self.pool.begin().await?;
        let done = sqlx::query("DELETE FROM tasks WHERE id = $1").bind(id).execute(&mut *tx).await?;
        self.archive.insert(&mut tx, id).await?;
        note(&mut tx, "archived").await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
    pub async fn try_each(&self, ids: &[i64]) -> sqlx::Result<()> {
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        for id in ids {
            let mut savepoint = tx.begin().await?;
            match self.archive.insert(&mut savepoint, *id).await {
                Ok(()) => savepoint.commit().await?,
                Err(_) => savepoint.rollback().await?,
            }
        }
        tx.commit().await
    }
    pub async fn open(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("SET LOCAL lock_timeout = 100").execute(&mut *tx).await?;
        Ok(tx)
    }
    pub async fn dry_run(&self, id: i64) -> sqlx::Result<()> {
        let mut tx = self.pool.begin().await?;
        self.archive.insert(&mut tx, id).await?;
        drop(tx);
        self.archive.verify().await
    }
    pub async fn begin(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        self.pool.begin().await
    }
    pub fn later(&self) -> impl Future<Output = sqlx::Result<()>> {
        async move {
            let tx = self.pool.begin().await?;
            tx.commit().await
        }
    }
}
