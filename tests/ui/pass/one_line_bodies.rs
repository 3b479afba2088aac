#![deny(warnings)]

use spanweave::{Ctx, repo, traced_service};

pub struct Repo;

#[repo]
impl Repo {
    pub async fn one(&self) -> u8 { 1 }
    pub async fn unit(&self) {}
    pub async fn opaque(&self) -> impl Iterator<Item = u8> { [1].into_iter() }
    pub async fn endless(&self) -> ! { loop { std::future::pending::<()>().await } }
    #[traced(skip = "not yet")]
    pub async fn skipped(&self, (a, b): (u8, u8)) -> u8 { a + b }
}

pub struct Service { repo: Repo }

#[traced_service(calls(repo))]
impl Service {
    pub async fn sum(&self) -> u8 { self.repo.one().await + self.repo.skipped((1, 2)).await }
    pub async fn at_ctx(&self, ctx: Ctx) -> bool { ctx.is_none() }
}

fn main() {}
