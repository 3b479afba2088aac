use spanweave::ErrorClass;

#[derive(ErrorClass)]
struct Failure;

#[derive(ErrorClass)]
enum Push {
    #[error_class = "bad"]
    Bad,
    #[error_class("")]
    Empty,
    #[error_class("a")]
    #[error_class("b")]
    Twice,
    #[error_class(inner)]
    Unit,
    #[error_class(inner)]
    Pair(u8, u8),
}

#[derive(ErrorClass)]
#[error_class("a")]
enum Misplaced {
    Storage(#[error_class(inner)] u8),
    Cancelled,
}

fn main() {}
