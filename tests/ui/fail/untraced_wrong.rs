use spanweave::{repo, traced_service};

struct Tasks;

#[repo]
impl Tasks {
    pub async fn list(&self) {}
}

struct Service {
    tasks: Tasks,
}

#[traced_service(strict, calls(tasks), untraced(tasks))]
impl Service {
    pub async fn list(&self) {
        self.tasks.list().await
    }
}

#[traced_service(untraced = "tasks")]
impl Service {
    pub async fn none(&self) {}
}

fn main() {}
