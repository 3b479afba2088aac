#[traced_client(crate = my::spanweave)]
impl Storage {
    #[traced(metric = "b2_upload_duration_seconds", labels(bucket = self.bucket.as_str()))]
    pub async fn upload(&self, object: Object) -> Result<(), StorageError> {
        self.put(object).await
    }
}

#[traced_client(crate = my::spanweave)]
impl Storage {
    #[traced(metric = "b2_upload_duration_seconds", counter(b2_upload_bytes_total = object.len()), labels(bucket = self.bucket))]
    pub async fn put(&self, object: Object) -> Result<(), StorageError> {
        self.send(object).await
    }

    #[traced(counter(b2_downloads_total = 1))]
    pub async fn get_ctx(&self, ctx: Ctx) {}
}
