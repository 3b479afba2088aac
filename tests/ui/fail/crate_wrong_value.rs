use spanweave::repo;

struct Tasks;

#[repo(crate = "my_crate::spanweave")]
impl Tasks {
    pub async fn a(&self) {}
}

#[repo(crate)]
impl Tasks {
    pub async fn b(&self) {}
}

fn main() {}
