//! Residences: houses and flats, each with an owner.

mod repository;
mod routes;
mod service;

pub use repository::ResidenceRepository;
pub use routes::routes;
pub use service::ResidenceService;

use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::http::{line, lines};
use crate::time::Timestamp;

/// A residence.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Residence {
    /// By which the paths of the API name it.
    pub id: i64,
    /// As its owner calls it.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What an owner says of a residence.
#[derive(Debug, Deserialize, Validate)]
pub struct ResidenceInput {
    /// As they call it.
    #[garde(length(min = 1, max = 100), custom(line))]
    pub name: String,
    /// Where it is.
    #[garde(length(max = 200), custom(lines))]
    #[serde(default)]
    pub address: String,
}
