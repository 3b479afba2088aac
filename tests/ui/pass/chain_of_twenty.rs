//! Twenty methods that await each other, in a spawned task, under the default recursion limit.
#![deny(warnings)]

use spanweave::traced_service;

pub struct Chain;

#[traced_service]
impl Chain {
    pub async fn step_1(&self, id: u64) -> Result<u64, String> { Ok(self.step_2(id).await? + 1) }
    pub async fn step_2(&self, id: u64) -> Result<u64, String> { Ok(self.step_3(id).await? + 1) }
    pub async fn step_3(&self, id: u64) -> Result<u64, String> { Ok(self.step_4(id).await? + 1) }
    pub async fn step_4(&self, id: u64) -> Result<u64, String> { Ok(self.step_5(id).await? + 1) }
    pub async fn step_5(&self, id: u64) -> Result<u64, String> { Ok(self.step_6(id).await? + 1) }
    pub async fn step_6(&self, id: u64) -> Result<u64, String> { Ok(self.step_7(id).await? + 1) }
    pub async fn step_7(&self, id: u64) -> Result<u64, String> { Ok(self.step_8(id).await? + 1) }
    pub async fn step_8(&self, id: u64) -> Result<u64, String> { Ok(self.step_9(id).await? + 1) }
    pub async fn step_9(&self, id: u64) -> Result<u64, String> { Ok(self.step_10(id).await? + 1) }
    pub async fn step_10(&self, id: u64) -> Result<u64, String> { Ok(self.step_11(id).await? + 1) }
    pub async fn step_11(&self, id: u64) -> Result<u64, String> { Ok(self.step_12(id).await? + 1) }
    pub async fn step_12(&self, id: u64) -> Result<u64, String> { Ok(self.step_13(id).await? + 1) }
    pub async fn step_13(&self, id: u64) -> Result<u64, String> { Ok(self.step_14(id).await? + 1) }
    pub async fn step_14(&self, id: u64) -> Result<u64, String> { Ok(self.step_15(id).await? + 1) }
    pub async fn step_15(&self, id: u64) -> Result<u64, String> { Ok(self.step_16(id).await? + 1) }
    pub async fn step_16(&self, id: u64) -> Result<u64, String> { Ok(self.step_17(id).await? + 1) }
    pub async fn step_17(&self, id: u64) -> Result<u64, String> { Ok(self.step_18(id).await? + 1) }
    pub async fn step_18(&self, id: u64) -> Result<u64, String> { Ok(self.step_19(id).await? + 1) }
    pub async fn step_19(&self, id: u64) -> Result<u64, String> { Ok(self.step_20(id).await? + 1) }
    pub async fn step_20(&self, id: u64) -> Result<u64, String> { Ok(id) }
}

fn spawned<F: Future<Output = Result<u64, String>> + Send + 'static>(_: F) {}

fn main() {
    spawned(async { Chain.step_1(1).await });
}
