//! Where documents are: in a folder, or in a bucket of any service that speaks S3.

mod bucket;
mod error;
mod open;

pub use error::{OpenError, StorageError};

use bytes::Bytes;
use spanweave::traced_service;

use self::bucket::Bucket;
use crate::config::StorageConfig;

/// The object store.
#[derive(Clone)]
pub struct Storage {
    bucket: Bucket,
}

impl Storage {
    /// The one that the configuration names. Nobody is asked yet whether it is there; a folder is made.
    ///
    /// # Errors
    ///
    /// The folder cannot be made, or what is said of the bucket is malformed.
    pub fn open(config: &StorageConfig) -> Result<Storage, OpenError> {
        let bucket = match config {
            StorageConfig::Folder(folder) => open::folder(folder)?,
            StorageConfig::S3(config) => open::s3(config)?,
        };
        Ok(Storage { bucket })
    }
}

#[traced_service(calls(bucket))]
impl Storage {
    /// Keeps an object under a key, in the place of any that was there.
    #[traced(
        name = "storage.upload",
        metric = "storage_upload_duration_seconds",
        labels(bucket = self.bucket.name()),
        fields(size_bytes = object.len(), key, mime_type, bucket = self.bucket.name())
    )]
    pub async fn upload(
        &self,
        key: &str,
        mime_type: &'static str,
        object: Bytes,
    ) -> Result<(), StorageError> {
        self.bucket.put_object(key, mime_type, object).await
    }

    /// All of an object.
    #[traced(name = "storage.download", fields(key, bucket = self.bucket.name()))]
    pub async fn download(&self, key: &str) -> Result<Bytes, StorageError> {
        self.bucket.get_object(key).await
    }

    /// Removes an object. One that is not there is removed already.
    #[traced(name = "storage.delete", fields(key, bucket = self.bucket.name()))]
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        match self.bucket.delete_object(key).await {
            Err(StorageError::NotFound) => Ok(()),
            result => result,
        }
    }
}
