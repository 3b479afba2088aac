use spanweave::traced_service;

struct Service {
    tasks: u8,
}

#[traced_service(call(tasks))]
impl Service {
    pub async fn list(&self) -> u8 {
        self.tasks
    }
}

fn main() {
    drop(Service { tasks: 1 }.list());
}
