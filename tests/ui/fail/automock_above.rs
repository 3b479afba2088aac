use mockall::automock;
use spanweave::repo;

#[automock]
#[repo]
trait Users {
    fn list(&self) -> usize;
}

fn main() {}
