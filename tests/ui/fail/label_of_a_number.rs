use spanweave::traced_client;

struct Storage;

#[traced_client]
impl Storage {
    #[traced(metric = "upload_duration_seconds", labels(user = user_id))]
    pub async fn upload(&self, user_id: i64) {
        let _ = user_id;
    }
}

fn main() {}
