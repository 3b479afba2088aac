//! The table `subscriptions`.

use spanweave::repo;

use super::{Plan, Subscription};
use crate::database::Pool;
use crate::time::Timestamp;

/// Subscriptions, one of each user who ever had one.
#[derive(Clone)]
pub struct SubscriptionRepository {
    pool: Pool,
}

impl SubscriptionRepository {
    /// Over these connections.
    pub fn new(pool: Pool) -> SubscriptionRepository {
        SubscriptionRepository { pool }
    }
}

#[repo]
impl SubscriptionRepository {
    /// That of a user.
    pub async fn find(&self, user_id: i64) -> sqlx::Result<Option<Subscription>> {
        sqlx::query_as("SELECT plan, renews_at, canceled_at FROM subscriptions WHERE user_id = $1")
            .bind(user_id)
            .fetch_optional(&self.pool)
            .await
    }

    /// Begins one, in the place of the one before.
    pub async fn begin(&self, user_id: i64, plan: Plan, renews_at: Timestamp) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO subscriptions (user_id, plan, renews_at) VALUES ($1, $2, $3)
             ON CONFLICT (user_id) DO UPDATE SET plan = excluded.plan, renews_at = excluded.renews_at,
                 canceled_at = NULL",
        )
        .bind(user_id)
        .bind(plan)
        .bind(renews_at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Has it end then; whether there was one that had not been cancelled.
    pub async fn cancel(&self, user_id: i64, ends_at: Timestamp) -> sqlx::Result<bool> {
        let canceled = sqlx::query(
            "UPDATE subscriptions SET canceled_at = $1, renews_at = $2
             WHERE user_id = $3 AND canceled_at IS NULL",
        )
        .bind(Timestamp::now())
        .bind(ends_at)
        .bind(user_id)
        .execute(&self.pool)
        .await?;
        Ok(canceled.rows_affected() > 0)
    }
}
