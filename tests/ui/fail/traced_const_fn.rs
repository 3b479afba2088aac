use spanweave::repo;

struct Tasks;

#[repo]
impl Tasks {
    #[traced]
    pub const fn limit() -> usize {
        10
    }
}

fn main() {
    let _ = Tasks::limit();
}
