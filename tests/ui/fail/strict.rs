use spanweave::{repo, traced_service};

struct Tasks;

#[repo]
impl Tasks {
    async fn private(&self) {}
    pub async fn list(&self) -> usize {
        self.private().await;
        1
    }
}

struct Cache;

impl Cache {
    async fn get(&self) -> usize {
        1
    }
}

struct Service {
    tasks: Tasks,
    cache: Cache,
    lock: Cache,
}

#[traced_service(strict, calls(tasks), untraced(lock))]
impl Service {
    pub async fn list(&self) -> usize {
        self.cache.get().await + self.lock.get().await + self.tasks.list().await + self.cache.get().await
    }
}

fn main() {}
