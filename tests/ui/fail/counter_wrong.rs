use spanweave::traced_client;

struct Storage;

#[traced_client]
impl Storage {
    #[traced(counter(uploaded_bytes = 1))]
    pub async fn name(&self) {}

    #[traced(counter(_total = 1))]
    pub async fn only_the_end(&self) {}

    #[traced(counter(uploaded.bytes_total = 1))]
    pub async fn path(&self) {}

    #[traced(counter)]
    pub async fn no_value(&self) {}

    #[traced(counter = "uploaded_bytes_total")]
    pub async fn no_list(&self) {}

    #[traced(counter("uploaded_bytes_total" = 1))]
    pub async fn text(&self) {}

    #[traced(counter(uploads_total = 1, uploaded_bytes_total = 1))]
    pub async fn two(&self) {}
}

fn main() {}
