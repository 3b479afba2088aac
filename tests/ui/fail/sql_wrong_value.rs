use spanweave::repo;

struct Tasks;

#[repo(sql = "on")]
impl Tasks {
    #[traced(sql)]
    pub async fn a(&self) {}

    #[traced(sql = false)]
    pub async fn b(&self) {}
}

fn main() {}
