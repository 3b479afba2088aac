use spanweave::repo;

struct Tasks;

#[repo]
impl Tasks {
    #[traced(skip = "called in a loop", name = "a", fields(id), sql = off)]
    pub async fn a(&self, id: i64) -> i64 {
        id
    }
}

fn main() {
    drop(Tasks.a(1));
}
