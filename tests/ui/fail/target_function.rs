use spanweave::traced_service;

#[traced_service]
pub async fn list() -> usize {
    1
}

fn main() {
    drop(list());
}
