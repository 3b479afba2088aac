//! What can go wrong with the object store.

use spanweave::ErrorClass;

/// Why an object could not be stored, read or removed. Its class is the label `result` of the metrics of uploads.
#[derive(Debug, thiserror::Error, ErrorClass)]
pub enum StorageError {
    /// There is no object under the key.
    #[error("there is no such object")]
    NotFound,
    /// Nobody answers, or the credentials are wrong, or the disk is full.
    #[error("the object store failed")]
    #[error_class("error")]
    Failed(#[source] object_store::Error),
}

impl From<object_store::Error> for StorageError {
    fn from(error: object_store::Error) -> StorageError {
        match error {
            object_store::Error::NotFound { .. } => StorageError::NotFound,
            error => StorageError::Failed(error),
        }
    }
}

/// A store that cannot be used as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its folder.
    #[error("the folder of STORAGE_FOLDER cannot be made")]
    Folder(#[source] std::io::Error),
    /// Its bucket.
    #[error("the bucket of S3_BUCKET and S3_ENDPOINT cannot be used")]
    Bucket(#[from] object_store::Error),
}
