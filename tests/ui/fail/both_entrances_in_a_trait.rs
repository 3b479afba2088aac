use spanweave::{Ctx, repo};

#[repo]
trait Tasks {
    async fn list(&self);
    async fn list_ctx(&self, ctx: Ctx);
}

fn main() {}
