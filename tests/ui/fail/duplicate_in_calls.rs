use spanweave::{repo, traced_service};

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

#[traced_service(calls(tasks, tasks))]
impl Service {
    pub async fn count(&self) -> usize {
        self.tasks.count().await
    }
}

fn main() {
    drop(Service { tasks: Tasks }.count());
}
