use spanweave::repo;

struct Tasks;

#[repo]
impl Tasks {
    #[traced(filds(id))]
    pub async fn get(&self, id: i64) -> i64 {
        id
    }
}

fn main() {
    drop(Tasks.get(1));
}
