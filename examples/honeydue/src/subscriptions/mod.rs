//! What a user pays for.

mod plan;
mod repository;
mod routes;
mod service;

pub use plan::Plan;
pub use repository::SubscriptionRepository;
pub use routes::routes;
pub use service::SubscriptionService;

use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A user's subscription.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Subscription {
    /// To what.
    pub plan: Plan,
    /// When the next period begins; the free plan has none.
    pub renews_at: Option<Timestamp>,
    /// When it was cancelled; it lasts until `renews_at`.
    pub canceled_at: Option<Timestamp>,
}

/// What a user asks for.
#[derive(Debug, Deserialize, Validate)]
pub struct SubscriptionInput {
    /// The free one ends any other.
    #[garde(skip)]
    pub plan: Plan,
}
