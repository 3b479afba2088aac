use spanweave::{repo, traced};

#[repo(calls, name = 3, skip = "a")]
pub async fn insert(id: i64) -> i64 {
    id
}

#[traced(calls(app.tasks))]
pub async fn handler(app: u8) -> u8 {
    app
}

fn main() {
    drop((insert(1), handler(1)));
}
