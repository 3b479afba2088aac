use spanweave::traced_client;

struct Storage;

#[traced_client]
impl Storage {
    #[traced(counter(uploaded_bytes_total = content))]
    pub async fn upload(&self, content: String) {
        drop(content);
    }

    #[traced(counter(uploaded_bytes_total = 0.5))]
    pub async fn half(&self) {}

    #[traced(counter(uploaded_bytes_total = length))]
    pub async fn misspelt(&self, len: usize) -> usize {
        len
    }
}

fn main() {}
