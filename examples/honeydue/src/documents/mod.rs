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
    /// Its number.
    pub id: i64,
    /// The residence that it is of.
    pub residence_id: i64,
    /// As its file was called.
    pub name: String,
    /// What is in it.
    pub mime_type: String,
    /// How much is in it.
    pub size_bytes: i64,
    /// Where it is kept, and its thumbnail.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub objects: Objects,
    /// When it was uploaded.
    #[sqlx(try_from = "i64")]
    pub created_at: Timestamp,
}

/// The objects of a document.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Objects {
    /// The key of the document itself. It is nobody's business.
    #[serde(skip)]
    pub object_key: String,
    /// The key of its thumbnail, once there is one. Others see whether there is.
    #[serde(rename = "has_thumbnail", serialize_with = "is_there")]
    pub thumbnail_key: Option<String>,
}

impl Objects {
    /// The keys of those that there are.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        [Some(&self.object_key), self.thumbnail_key.as_ref()].into_iter().flatten().map(String::as_str)
    }
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
