use spanweave::traced_service;

struct Tasks;

impl Tasks {
    async fn count(&self) -> usize {
        1
    }
}

struct Service {
    tasks: Tasks,
}

#[traced_service(calls(tasks))]
impl Service {
    pub async fn count(&self) -> usize {
        self.tasks.count().await
    }
}

fn main() {
    drop(Service { tasks: Tasks }.count());
}
