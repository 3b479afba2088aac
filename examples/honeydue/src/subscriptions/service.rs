//! What plans allow.

use spanweave::traced_service;

use super::SubscriptionRepository;
use crate::error::{AppError, Result};

const FREE_RESIDENCES: i64 = 2;

/// Plans of users.
#[derive(Clone)]
pub struct SubscriptionService {
    subscriptions: SubscriptionRepository,
}

impl SubscriptionService {
    /// Of these parts.
    pub fn new(subscriptions: SubscriptionRepository) -> SubscriptionService {
        SubscriptionService { subscriptions }
    }
}

#[traced_service(calls(subscriptions))]
impl SubscriptionService {
    /// Whether a user who has so many residences may have one more.
    pub async fn require_residence(&self, user_id: i64, held: i64) -> Result<()> {
        if held < FREE_RESIDENCES || self.subscriptions.plan(user_id).await?.is_some_and(|plan| plan != "free") {
            return Ok(());
        }
        Err(AppError::PlanLimit("the free plan has two residences"))
    }
}
