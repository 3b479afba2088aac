use spanweave::{Ctx, traced_service};

struct Service;

#[traced_service]
impl Service {
    pub async fn list(&self) {}

    pub async fn list_ctx(&self, _ctx: Ctx) {}
}

fn main() {
    drop(Service.list());
}
