use spanweave::LabelValue;

#[derive(LabelValue)]
struct Bucket;

#[derive(LabelValue)]
enum Vendor {
    #[label_value = "apns"]
    Apns,
    #[label_value("")]
    Empty,
    #[label_value("a")]
    #[label_value("b")]
    Twice,
    Other(String),
}

#[derive(LabelValue)]
#[label_value("a")]
enum Misplaced {
    High,
}

fn main() {}
