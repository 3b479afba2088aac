//! The calls of the vendor, by the names that S3 has for them.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Attribute, ObjectStore, ObjectStoreExt, PutOptions};
use spanweave::traced_client;

use super::StorageError;

/// A bucket.
#[derive(Clone)]
pub(super) struct Bucket {
    name: Arc<str>,
    store: Arc<dyn ObjectStore>,
    keeps_types: bool,
}

impl Bucket {
    /// A folder on a disk keeps no type beside an object, and refuses to.
    pub(super) fn new(name: &str, store: impl ObjectStore, keeps_types: bool) -> Bucket {
        Bucket { name: name.into(), store: Arc::new(store), keeps_types }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

#[traced_client]
impl Bucket {
    #[traced(
        name = "b2.PutObject",
        metric = "b2_upload_duration_seconds",
        counter(b2_upload_bytes_total = object.len()),
        labels(bucket = self.name()),
        fields(size_bytes = object.len(), key, mime_type, bucket = self.name())
    )]
    pub(super) async fn put_object(
        &self,
        key: &str,
        mime_type: &'static str,
        object: Bytes,
    ) -> Result<(), StorageError> {
        let content_type = self.keeps_types.then_some((Attribute::ContentType, mime_type));
        let options = PutOptions { attributes: content_type.into_iter().collect(), ..PutOptions::default() };
        self.store.put_opts(&Path::from(key), object.into(), options).await?;
        Ok(())
    }

    #[traced(name = "b2.GetObject", fields(key, bucket = self.name()))]
    pub(super) async fn get_object(&self, key: &str) -> Result<Bytes, StorageError> {
        Ok(self.store.get(&Path::from(key)).await?.bytes().await?)
    }

    #[traced(name = "b2.DeleteObject", fields(key, bucket = self.name()))]
    pub(super) async fn delete_object(&self, key: &str) -> Result<(), StorageError> {
        Ok(self.store.delete(&Path::from(key)).await?)
    }
}
