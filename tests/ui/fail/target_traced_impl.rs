use spanweave::traced;

struct Service;

#[traced]
impl Service {
    pub async fn list(&self) {}
}

#[traced]
struct Other;

fn main() {
    drop(Service.list());
}
