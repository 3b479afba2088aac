//! A service over repositories, of every shape that attributes stand on.
#![cfg_attr(not(feature = "annotated"), allow(unused_imports))]

use std::future::Future;
use std::pin::Pin;

use spanweave::{repo, traced, traced_client, traced_service};

#[derive(Debug)]
pub enum Failure {
    Empty,
    Parse(std::num::ParseIntError),
}

impl From<std::num::ParseIntError> for Failure {
    fn from(error: std::num::ParseIntError) -> Failure {
        Failure::Parse(error)
    }
}

#[cfg_attr(feature = "annotated", repo)]
pub trait Names {
    fn find(&self, id: u64) -> Pin<Box<dyn Future<Output = Option<String>> + Send + '_>>;
    fn count(&self) -> impl Future<Output = usize> + Send;
}

pub struct Memory {
    names: Vec<String>,
}

#[cfg_attr(feature = "annotated", repo(name = "Names"))]
impl Names for Memory {
    fn find(&self, id: u64) -> Pin<Box<dyn Future<Output = Option<String>> + Send + '_>> {
        Box::pin(async move { self.names.get(usize::try_from(id).ok()?).cloned() })
    }

    async fn count(&self) -> usize {
        self.names.len()
    }
}

pub struct Greeter {
    names: Memory,
}

#[cfg_attr(feature = "annotated", traced_service(calls(names), sync))]
impl Greeter {
    #[cfg_attr(feature = "annotated", traced(fields(id), name = "greet someone"))]
    pub async fn greet(&self, id: &str) -> Result<String, Failure> {
        let id = id.parse()?;
        let name = self.names.find(id).await.ok_or(Failure::Empty)?;
        Ok(format!("{name} of {}", self.names.count().await))
    }

    pub fn sum(&self, more: &[u64]) -> u64 {
        more.iter().sum::<u64>() + self.names.names.len() as u64
    }
}

pub struct Push;

#[cfg_attr(feature = "annotated", traced_client)]
impl Push {
    pub async fn send(&mut self, tokens: Vec<u8>) -> usize {
        tokens.len()
    }
}

/// Has the words of sqlx, which spanweave was not asked to know.
pub struct Permits(usize);

#[cfg_attr(feature = "annotated", repo)]
impl Permits {
    pub async fn acquire(&self) -> usize {
        self.0
    }

    pub async fn begin(&self) -> usize {
        let permits = self.acquire().await;
        permits + 1
    }

    pub async fn execute(&self) -> usize {
        let tx = self.begin().await;
        tx + self.acquire().await
    }
}

#[cfg_attr(feature = "annotated", traced)]
pub async fn nightly(greeter: &Greeter, push: &mut Push) -> Result<usize, Failure> {
    let greeting = greeter.greet("1").await?;
    let permits = Permits(greeting.len()).execute().await;
    Ok(push.send(greeting.into_bytes()).await + greeter.sum(&[1, 2]) as usize + permits)
}

/// Polls everything, so that the code of all futures is there.
pub fn run(greeter: &Greeter, push: &mut Push) -> Option<Result<usize, Failure>> {
    let mut future = std::pin::pin!(nightly(greeter, push));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut cx) {
        std::task::Poll::Ready(done) => Some(done),
        std::task::Poll::Pending => None,
    }
}
