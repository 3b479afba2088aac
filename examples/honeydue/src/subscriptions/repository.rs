//! The table `subscriptions`.

use spanweave::repo;

use crate::database::Pool;

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
    /// The plan of a user.
    pub async fn plan(&self, user_id: i64) -> sqlx::Result<Option<String>> {
        sqlx::query_scalar("SELECT plan FROM subscriptions WHERE user_id = $1")
            .bind(user_id)
            .fetch_optional(&self.pool)
            .await
    }
}
