use spanweave::repo;

#[repo]
pub struct TaskRepository {
    pool: u8,
}

fn main() {
    let _ = TaskRepository { pool: 1 };
}
