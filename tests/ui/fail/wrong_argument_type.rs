use spanweave::{repo, traced_service};

struct Tasks;

#[repo]
impl Tasks {
    pub async fn get(&self, id: i64) -> i64 {
        id
    }
}

struct Service {
    tasks: Tasks,
}

#[traced_service(calls(tasks))]
impl Service {
    pub async fn wrong_type(&self, name: &str) -> i64 {
        self.tasks.get(name).await
    }

    pub async fn missing(&self) -> i64 {
        self.tasks.get().await
    }
}

fn main() {
    let service = Service { tasks: Tasks };
    drop(service.wrong_type(1));
    drop(service.missing());
}
