use spanweave::repo;

struct Tasks;

#[repo]
impl Tasks {
    #[traced(skip)]
    pub async fn a(&self) {}

    #[traced(skip = "")]
    pub async fn b(&self) {}

    #[traced(skip = slow)]
    pub async fn c(&self) {}
}

fn main() {
    drop((Tasks.a(), Tasks.b(), Tasks.c()));
}
