use spanweave::traced_service;

struct Service;

#[traced_service]
impl Service {
    #[traced(name = "add up")]
    pub fn sum(&self, numbers: &[u8]) -> u8 {
        numbers.iter().sum()
    }
}

fn main() {
    let _ = Service.sum(&[1]);
}
