//! What users subscribe to, and what that allows.

use std::time::Duration;

use spanweave::traced_service;

use super::repository::Row;
use super::{Plan, Subscription, SubscriptionRepository};
use crate::error::{AppError, Result};
use crate::time::Timestamp;

const FREE_RESIDENCES: i64 = 2;
const PERIOD: Duration = Duration::from_hours(30 * 24);

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
    /// The subscription of a user; that of the free plan, if they have none.
    pub async fn current(&self, user_id: i64) -> Result<Subscription> {
        let row = self.subscriptions.find(user_id).await?;
        Ok(row.map(subscription).transpose()?.filter(is_in_force).unwrap_or(FREE))
    }

    /// Begins a plan.
    pub async fn subscribe(&self, user_id: i64, plan: Plan) -> Result<Subscription> {
        let renews_at = (plan != Plan::Free).then(|| Timestamp::now().plus(PERIOD));
        self.subscriptions.begin(user_id, plan.name(), renews_at).await?;
        self.current(user_id).await
    }

    /// Has the plan end with its period.
    pub async fn cancel(&self, user_id: i64) -> Result<Subscription> {
        if !self.subscriptions.cancel(user_id).await? {
            return Err(AppError::Conflict("there is nothing to cancel"));
        }
        self.current(user_id).await
    }

    /// Whether a user who has so many residences may have one more.
    pub async fn require_residence(&self, user_id: i64, held: i64) -> Result<()> {
        if held < FREE_RESIDENCES || self.current(user_id).await?.plan == Plan::Pro {
            return Ok(());
        }
        Err(AppError::PlanLimit("the free plan has two residences"))
    }
}

const FREE: Subscription = Subscription { plan: Plan::Free, renews_at: None, canceled_at: None };

/// A cancelled one lasts until its period ends.
fn is_in_force(subscription: &Subscription) -> bool {
    let has_ended = subscription.renews_at.is_some_and(|end| end <= Timestamp::now());
    subscription.canceled_at.is_none() || !has_ended
}

fn subscription((plan, renews_at, canceled_at): Row) -> Result<Subscription> {
    let moment = |seconds: Option<i64>| {
        let moment = seconds.map(Timestamp::try_from).transpose();
        moment.map_err(|_| AppError::Internal("a subscription ends in no year"))
    };
    let plan = Plan::named(&plan).ok_or(AppError::Internal("a subscription has no known plan"))?;
    Ok(Subscription { plan, renews_at: moment(renews_at)?, canceled_at: moment(canceled_at)? })
}

impl Plan {
    fn name(self) -> &'static str {
        match self {
            Plan::Free => "free",
            Plan::Pro => "pro",
        }
    }

    fn named(name: &str) -> Option<Plan> {
        [Plan::Free, Plan::Pro].into_iter().find(|plan| plan.name() == name)
    }
}
