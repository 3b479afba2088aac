use spanweave::traced;

struct Service;

impl Service {
    #[traced]
    pub async fn connect(url: &str) -> usize {
        url.len()
    }
}

fn main() {
    drop(Service::connect("a"));
}
