use spanweave::repo;

trait Tasks {
    async fn list(&self) -> usize;
}

struct Memory;

#[repo]
impl Tasks for Memory {
    async fn list(&self) -> u8 {
        1
    }

    async fn more(&self) {}
}

fn main() {}
