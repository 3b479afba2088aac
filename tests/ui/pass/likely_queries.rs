//! What is called `query…` and is not of sqlx is left alone, unless nobody else has the method.
#![deny(warnings)]

use spanweave::repo;

pub struct Cache;

impl Cache {
    pub fn execute(&self, key: u8) -> std::future::Ready<u8> { std::future::ready(key) }
}

fn query_cache() -> Cache { Cache }

pub struct Repo;

#[repo]
impl Repo {
    pub async fn cached(&self) -> u8 { query_cache().execute(1).await }
}

fn main() {}
