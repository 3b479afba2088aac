use spanweave::repo;

struct Tasks;

#[repo]
impl Tasks {
    pub async fn count(&self) -> usize;
}

fn main() {}
