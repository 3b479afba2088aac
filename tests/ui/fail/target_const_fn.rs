use spanweave::repo;

#[repo(sql)]
const fn limit() -> usize {
    10
}

fn main() {
    let _ = limit();
}
