use spanweave::traced_service;

struct Service;

#[traced_service]
impl Service {
    pub async fn twice(&self, name: String) -> (String, usize) {
        (name, name.len())
    }

    pub async fn too_short(&self) -> &str {
        let name = String::new();
        &name
    }
}

fn main() {}
