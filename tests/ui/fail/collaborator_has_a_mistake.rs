//! One mistake, one message: the twins of the block are there all the same.

use spanweave::{repo, traced_service};

struct Tasks;

#[repo(nam = "Tasks")]
impl Tasks {
    pub async fn count(&self) -> usize {
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
