use spanweave::traced_client;

struct Storage {
    size: u64,
}

#[traced_client]
impl Storage {
    #[traced(metric = "upload_duration_seconds", labels(user = user_id))]
    pub async fn upload(&self, user_id: i64) {
        let _ = user_id;
    }

    #[traced(metric = "upload_duration_seconds", labels(user = self.size))]
    pub async fn sized(&self) {}
}

fn main() {}
