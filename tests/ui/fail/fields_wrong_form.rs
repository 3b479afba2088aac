use spanweave::repo;

struct Tasks;

#[repo]
impl Tasks {
    #[traced(fields)]
    pub async fn a(&self) {}

    #[traced(fields("id" = 1))]
    pub async fn b(&self) {}

    #[traced(fields(rows =))]
    pub async fn c(&self) {}

    #[traced(fields(enum))]
    pub async fn d(&self) {}
}

fn main() {}
