use spanweave::repo;

struct Tasks;

#[repo]
impl Tasks {
    #[traced(fields(id, id = id + 1))]
    pub async fn get(&self, id: i64) -> i64 {
        id
    }
}

fn main() {
    drop(Tasks.get(1));
}
