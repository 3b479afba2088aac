use spanweave::traced_service;

#[traced_service]
mod tasks {}

fn main() {}
