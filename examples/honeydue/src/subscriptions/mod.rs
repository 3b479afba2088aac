//! What a user pays for.

mod repository;
mod routes;
mod service;

pub use repository::SubscriptionRepository;
pub use routes::routes;
pub use service::SubscriptionService;

use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Two residences.
    Free,
    /// As many as there are.
    Pro,
}

/// A user's subscription.
#[derive(Debug, Serialize)]
pub struct Subscription {
    /// To what.
    pub plan: Plan,
    /// When the next period begins.
    pub renews_at: Option<Timestamp>,
    /// When it was cancelled; it lasts until `renews_at`.
    pub canceled_at: Option<Timestamp>,
}

/// What a user asks for.
#[derive(Debug, Deserialize, Validate)]
pub struct SubscriptionInput {
    /// The plan.
    #[garde(skip)]
    pub plan: Plan,
}
