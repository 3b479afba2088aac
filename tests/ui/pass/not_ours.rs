//! Code that only looks like what the attributes look for.

use spanweave::{repo, traced_service};

pub struct Ctx;

pub struct Redis;

impl Redis {
    pub async fn execute(&self, command: &str) -> usize {
        command.len()
    }

    pub async fn fetch(&self, url: &str) -> usize {
        url.len()
    }

    pub fn build(&self) -> &Redis {
        self
    }
}

pub struct Cache {
    redis: Redis,
}

#[repo]
impl Cache {
    pub async fn get(&self, url: &str) -> usize {
        let query = &self.redis;
        self.redis.execute("GET").await + self.redis.build().fetch(url).await + query.execute(url).await
    }

    pub async fn load_ctx(&self, ctx: &Ctx) -> usize {
        let Ctx = ctx;
        1
    }

    pub async fn render_ctx(&self) -> usize {
        1
    }
}

pub struct Pages;

#[traced_service]
impl Pages {
    pub async fn no_argument(&self) -> &'static str {
        const METHOD: &str = "GET";
        METHOD
    }
}

fn main() {}
