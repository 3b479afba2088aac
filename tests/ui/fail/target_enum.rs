use spanweave::traced_service;

#[traced_service]
#[derive(Debug)]
pub(crate) enum Task {
    Open,
}

fn main() {
    let _ = Task::Open;
}
