use spanweave::ErrorClass;

#[derive(ErrorClass)]
enum Push {
    #[error_class(inner)]
    Io(std::io::Error),
}

fn main() {}
