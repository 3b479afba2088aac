#[repo]
impl TaskRepository {
    pub async fn for_residences(&self, ids: &[i64]) -> sqlx::Result<Vec<Task>> {
        sqlx::query_as("SELECT * FROM tasks WHERE residence_id = ANY($1)").bind(ids).fetch_all(&self.pool).await
    }
    pub async fn rename(&self, tx: &mut Transaction<'_, Postgres>, id: i64, name: &str) -> sqlx::Result<()> {
        let update = sqlx::query!("UPDATE tasks SET name = $2 WHERE id = $1", id, name);
        update.execute(&mut **tx).await?;
        self.cache.execute(Evict(id)).await;
        Ok(())
    }
    pub async fn archive(&self, table: &str) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO archive SELECT * FROM tasks WHERE done").execute(&self.pool).await?;
        sqlx::query(&format!("DELETE FROM {table} WHERE done")).execute(&self.pool).await?;
        sqlx::raw_sql("ANALYZE archive; ANALYZE tasks").execute(&self.pool).await.map(drop)
    }
    pub fn titles(&self) -> impl Stream<Item = sqlx::Result<String>> {
        sqlx::query_scalar("SELECT title FROM tasks").fetch(&self.pool)
    }
    #[traced(sql = off)]
    pub async fn ping(&self) -> sqlx::Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop)
    }
}
