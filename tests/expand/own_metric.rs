#[traced_client(crate = my::spanweave)]
impl Storage {
    #[traced(metric = "b2_upload_duration_seconds", labels(bucket = self.bucket.as_str()))]
    pub async fn upload(&self, object: Object) -> Result<(), StorageError> {
        self.put(object).await
    }
}
