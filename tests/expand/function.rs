#[repo(calls(db.users), fields(id), name = "insert a task")]
pub async fn insert(db: &Db, id: i64) -> sqlx::Result<()> {
    db.users.touch(id).await;
    sqlx::query("INSERT INTO tasks VALUES ($1)").bind(id).execute(&db.pool).await.map(drop)
}
