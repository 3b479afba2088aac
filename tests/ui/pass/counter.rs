#![deny(warnings)]

use spanweave::{CountedValue, traced, traced_client};

struct Content {
    bytes: Vec<u8>,
}

/// A size of the user's own.
struct Size(u32);

impl CountedValue for Size {
    fn counted_value(&self) -> u64 {
        self.0.into()
    }
}

#[traced_client]
impl Content {
    #[traced(counter(sent_bytes_total = self.bytes.len()), labels(to = to.as_str()))]
    pub async fn send(&self, to: String) -> String {
        to
    }

    // The value is read before the argument moves.
    #[traced(counter(taken_bytes_total = other.bytes.len() + self.bytes.len()))]
    pub fn take(self, other: Content) -> Vec<u8> {
        let mut bytes = self.bytes;
        bytes.extend(other.bytes);
        bytes
    }

    #[traced(counter(resized_total = by))]
    pub async fn resize(&mut self, by: Size) {
        self.bytes.resize(by.0 as usize, 0);
    }
}

#[traced(counter(calls_of_mine_total = 1))]
fn mine() {}

fn main() {
    mine();
    let content = Content { bytes: vec![1] };
    drop(content.send("you".to_owned()));
    content.take(Content { bytes: vec![2] });
    drop(Content { bytes: Vec::new() }.resize(Size(1)));
}
