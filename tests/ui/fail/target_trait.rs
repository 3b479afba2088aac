use spanweave::repo;

#[repo]
pub trait Tasks {
    async fn count(&self) -> usize;
}

fn main() {}
