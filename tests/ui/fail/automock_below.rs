use mockall::automock;
use spanweave::repo;

#[repo]
#[cfg_attr(test, automock)]
trait Tasks {
    async fn list(&self);
}

#[repo]
#[automock]
trait Users {
    fn list(&self) -> usize;
}

fn main() {}
