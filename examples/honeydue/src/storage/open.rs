//! Buckets, as they are configured.

use std::path::Path;
use std::time::Duration;

use object_store::RetryConfig;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use secrecy::ExposeSecret;

use super::OpenError;
use super::bucket::Bucket;
use crate::config::S3Config;

/// How a folder is called where buckets have their name.
const LOCAL: &str = "local";

/// Somebody waits for the answer: a service that is down is not waited for as long as a batch would.
const RETRIES: usize = 3;
const RETRY_TIMEOUT: Duration = Duration::from_secs(30);

/// A folder, which is made if it is not there.
pub(super) fn folder(folder: &Path) -> Result<Bucket, OpenError> {
    std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
    Ok(Bucket::new(LOCAL, LocalFileSystem::new_with_prefix(folder)?, false))
}

/// A bucket, named in the path: not every service has a host for each.
pub(super) fn s3(config: &S3Config) -> Result<Bucket, OpenError> {
    let retry = RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() };
    let store = AmazonS3Builder::new()
        .with_bucket_name(&config.bucket)
        .with_endpoint(&config.endpoint)
        .with_allow_http(config.endpoint.starts_with("http://"))
        .with_region(&config.region)
        .with_access_key_id(config.access_key_id.expose_secret())
        .with_secret_access_key(config.secret_access_key.expose_secret())
        .with_virtual_hosted_style_request(false)
        .with_retry(retry)
        .build()?;
    Ok(Bucket::new(&config.bucket, store, true))
}
