use spanweave::traced_service;

struct Service;

#[traced_service(fields(id))]
impl Service {
    #[traced(calls(tasks))]
    pub async fn list(&self, id: i64) -> i64 {
        id
    }
}

fn main() {}
