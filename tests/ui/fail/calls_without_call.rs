use spanweave::{repo, traced_service};

#[derive(Clone)]
struct Tasks;

#[repo]
impl Tasks {
    pub async fn count(&self) -> usize {
        1
    }
}

struct Service {
    tasks: Tasks,
}

#[traced_service(calls(tasks, missing))]
impl Service {
    pub async fn count(&self) -> usize {
        let tasks = self.tasks.clone();
        tasks.count().await
    }
}

fn main() {
    drop(Service { tasks: Tasks }.count());
}
