//! Documents of residences: photographs, invoices, manuals.

mod file_name;
mod file_type;
mod repository;
mod routes;
mod service;
mod thumbnail;
mod upload;

pub use repository::DocumentRepository;
pub use routes::routes;
pub use service::DocumentService;
pub use upload::Upload;

use serde::{Serialize, Serializer};

use crate::time::Timestamp;

/// A document, without what is in it.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Document {
    /// By which the paths of the API name it.
    pub id: i64,
    /// The residence that it is of.
    pub residence_id: i64,
    /// As its file was called.
    pub name: String,
    /// What is in it.
    pub mime_type: String,
    /// How much is in it.
    pub size_bytes: i64,
    /// The key under which it is kept. It is nobody's business.
    #[serde(skip)]
    pub object_key: String,
    /// The key of its thumbnail, once there is one. Others see whether there is.
    #[serde(rename = "has_thumbnail", serialize_with = "is_there")]
    pub thumbnail_key: Option<String>,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn is_there<S: Serializer>(key: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(key.is_some())
}

/// A document that is stored and has no row yet.
#[derive(Debug)]
pub struct NewDocument {
    /// The residence that it is of.
    pub residence_id: i64,
    /// As its file was called.
    pub name: String,
    /// What is in it.
    pub mime_type: &'static str,
    /// How much is in it.
    pub size_bytes: i64,
    /// Where it is kept.
    pub object_key: String,
}
