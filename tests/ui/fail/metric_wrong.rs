use spanweave::traced_client;

struct Storage;

#[traced_client]
impl Storage {
    #[traced(metric = "upload-duration_seconds")]
    pub async fn name(&self) {}

    #[traced(metric = "upload_duration_ms")]
    pub async fn unit(&self) {}

    #[traced(metric)]
    pub async fn no_value(&self) {}

    #[traced(labels(bucket = "a"))]
    pub async fn no_metric(&self) {}

    #[traced(metric = "upload_duration_seconds", labels(user.id, result = "a", bucket = "a", bucket = "b"))]
    pub async fn labels(&self) {}

    #[traced(metric = "upload_duration_seconds", labels)]
    pub async fn no_labels(&self) {}
}

fn main() {}
