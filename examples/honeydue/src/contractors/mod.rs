//! Who is called when something has to be done.

mod repository;
mod routes;
mod service;

pub use repository::ContractorRepository;
pub use routes::routes;
pub use service::ContractorService;

use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::http::line;
use crate::time::Timestamp;

/// Somebody who does things.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Contractor {
    /// By which the paths of the API name them.
    pub id: i64,
    /// Their name.
    pub name: String,
    /// What they do.
    pub trade: String,
    /// How to call them.
    pub phone: Option<String>,
    /// How to write to them.
    pub email: Option<String>,
    /// When they were added.
    pub created_at: Timestamp,
}

/// What a user says of a contractor.
#[derive(Debug, Deserialize, Validate)]
pub struct ContractorInput {
    /// Their name.
    #[garde(length(min = 1, max = 100), custom(line))]
    pub name: String,
    /// What they do.
    #[garde(length(min = 1, max = 50), custom(line))]
    pub trade: String,
    /// How to call them.
    #[garde(length(max = 32), inner(custom(line)))]
    pub phone: Option<String>,
    /// How to write to them.
    #[garde(email, length(max = 254), inner(custom(line)))]
    pub email: Option<String>,
}
