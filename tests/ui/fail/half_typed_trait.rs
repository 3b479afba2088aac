use spanweave::repo;

#[repo]
trait Tasks {
    async fn list(&self) -> usize {
        let a = self.
    }
    async fn count(&self) -> usize;
}

struct Memory;

impl Tasks for Memory {
    async fn count(&self) -> usize {
        self.list().await
    }
}

fn main() {}
