use spanweave::{repo, traced_service};

struct Service;

#[traced_service(calls)]
impl Service {
    pub async fn a(&self) {}
}

#[traced_service(calls())]
impl Service {
    pub async fn b(&self) {}
}

#[traced_service(calls = "tasks")]
impl Service {
    pub async fn c(&self) {}
}

#[repo(calls(self.tasks))]
impl Service {
    pub async fn d(&self) {}
}

fn main() {}
