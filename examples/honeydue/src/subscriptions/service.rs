//! What users subscribe to.

use std::time::Duration;

use spanweave::traced_service;

use super::{Plan, Subscription, SubscriptionRepository};
use crate::error::{AppError, Result};
use crate::time::Timestamp;

const PERIOD: Duration = Duration::from_hours(30 * 24);

/// Plans of users.
#[derive(Clone)]
pub struct SubscriptionService {
    subscriptions: SubscriptionRepository,
}

impl SubscriptionService {
    /// Of what the repository holds.
    pub fn new(subscriptions: SubscriptionRepository) -> SubscriptionService {
        SubscriptionService { subscriptions }
    }
}

#[traced_service(strict, calls(subscriptions))]
impl SubscriptionService {
    /// The subscription of a user; that of the free plan, if they have none.
    pub async fn current(&self, user_id: i64) -> Result<Subscription> {
        let found = self.subscriptions.find(user_id).await?;
        Ok(found.and_then(|subscription| subscription.at(Timestamp::now())).unwrap_or(Subscription::FREE))
    }

    /// Begins a plan, or goes on with it where its period has not ended. The free plan begins where another ends.
    pub async fn subscribe(&self, user_id: i64, plan: Plan) -> Result<Subscription> {
        let current = self.current(user_id).await?;
        let renews_at = current.renews_at.unwrap_or_else(|| Timestamp::now().plus(PERIOD));
        match plan {
            Plan::Free => {
                self.subscriptions.cancel(user_id, renews_at).await?;
            }
            Plan::Pro => self.subscriptions.begin(user_id, plan, renews_at).await?,
        }
        self.current(user_id).await
    }

    /// Has the plan end with its period.
    pub async fn cancel(&self, user_id: i64) -> Result<Subscription> {
        const NOTHING: AppError = AppError::Conflict("there is nothing to cancel");
        let ends_at = self.current(user_id).await?.renews_at.ok_or(NOTHING)?;
        if self.subscriptions.cancel(user_id, ends_at).await? {
            self.current(user_id).await
        } else {
            Err(NOTHING)
        }
    }
}

impl Subscription {
    const FREE: Subscription = Subscription { plan: Plan::Free, renews_at: None, canceled_at: None };

    /// At a moment: it has been renewed as often as its period had ended, or is over if it was cancelled.
    fn at(mut self, now: Timestamp) -> Option<Subscription> {
        if self.canceled_at.is_some() {
            return self.renews_at.is_some_and(|end| end > now).then_some(self);
        }
        self.renews_at = self.renews_at.map(|renews_at| renews_at.repeated(PERIOD, now));
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{PERIOD, Plan, Subscription, Timestamp};

    fn pro(renews_at: i64, canceled_at: Option<i64>) -> Subscription {
        let moment = |seconds| Timestamp::try_from(seconds).unwrap();
        Subscription {
            plan: Plan::Pro,
            renews_at: Some(moment(renews_at)),
            canceled_at: canceled_at.map(moment),
        }
    }

    #[test]
    fn it_is_renewed_by_whole_periods() {
        let period = i64::try_from(PERIOD.as_secs()).unwrap();
        for (now, renews_at) in
            [(0, 100), (99, 100), (100, 100 + period), (100 + 3 * period, 100 + 4 * period)]
        {
            let renewed = pro(100, None).at(Timestamp::try_from(now).unwrap()).unwrap();
            assert_eq!(renewed.renews_at.unwrap().seconds(), renews_at, "at {now}");
        }
    }

    #[test]
    fn one_that_is_cancelled_lasts_until_its_period_ends() {
        let at = |now| pro(100, Some(50)).at(Timestamp::try_from(now).unwrap());
        assert!(at(99).is_some());
        assert!(at(100).is_none());
    }
}
