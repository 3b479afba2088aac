//! What an application's repository does, and how a contender is made of it.

use spanweave_bench_sql::contender::Work;

/// A repository, over whatever it reaches its database through.
pub trait Client: Send + Sync + 'static {
    fn find(&self, id: i64) -> impl Future<Output = sqlx::Result<String>> + Send;
    fn find_built(&self, id: i64) -> impl Future<Output = sqlx::Result<String>> + Send;
    fn stream(&self) -> impl Future<Output = sqlx::Result<usize>> + Send;
    fn insert(&self, id: i64) -> impl Future<Output = sqlx::Result<()>> + Send;
}

pub async fn repeat(client: &impl Client, work: Work, times: u32) {
    for id in 1..=i64::from(times) {
        let done = match work {
            Work::Find => client.find(id).await.map(drop),
            Work::FindBuilt => client.find_built(id).await.map(drop),
            Work::Stream => client.stream().await.map(drop),
            Work::Insert => client.insert(id).await,
        };
        done.expect("no statement fails");
    }
}
