//! The tables `devices` and `deliveries`.

use spanweave::repo;

use crate::database::Pool;
use crate::http::PageQuery;
use crate::notifications::{Addressee, Device, DeviceInput};
use crate::time::Timestamp;

/// Telephones, and what was pushed to each.
#[derive(Clone)]
pub struct DeviceRepository {
    pool: Pool,
}

impl DeviceRepository {
    /// Over these connections.
    pub fn new(pool: Pool) -> DeviceRepository {
        DeviceRepository { pool }
    }
}

#[repo]
impl DeviceRepository {
    /// Adds one, or gives the one with this token to the user, and returns its id.
    pub async fn register(&self, user_id: i64, device: &DeviceInput) -> sqlx::Result<i64> {
        sqlx::query_scalar(
            "INSERT INTO devices (user_id, platform, push_token, registered_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (push_token) DO UPDATE SET user_id = excluded.user_id, platform = excluded.platform,
                 registered_at = excluded.registered_at, refusals = 0
             RETURNING id",
        )
        .bind(user_id)
        .bind(device.platform)
        .bind(device.push_token.expose())
        .bind(Timestamp::now())
        .fetch_one(&self.pool)
        .await
    }

    /// Removes all of a user's but those that were registered last.
    pub async fn keep_latest(&self, user_id: i64, count: i64) -> sqlx::Result<()> {
        sqlx::query(
            "DELETE FROM devices WHERE user_id = $1 AND id NOT IN
                 (SELECT id FROM devices WHERE user_id = $2 ORDER BY registered_at DESC, id DESC LIMIT $3)",
        )
        .bind(user_id)
        .bind(user_id)
        .bind(count)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A page of a user's.
    pub async fn list(&self, user_id: i64, page: &PageQuery) -> sqlx::Result<Vec<Device>> {
        sqlx::query_as(
            "SELECT id, platform, registered_at FROM devices WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(user_id)
        .bind(page.after())
        .bind(page.limit_and_one())
        .fetch_all(&self.pool)
        .await
    }

    /// One of a user's.
    pub async fn find(&self, user_id: i64, id: i64) -> sqlx::Result<Option<Device>> {
        sqlx::query_as("SELECT id, platform, registered_at FROM devices WHERE user_id = $1 AND id = $2")
            .bind(user_id)
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }

    /// Removes one of a user's; whether there was one.
    pub async fn delete(&self, user_id: i64, id: i64) -> sqlx::Result<bool> {
        let delete = sqlx::query("DELETE FROM devices WHERE user_id = $1 AND id = $2");
        Ok(delete.bind(user_id).bind(id).execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Those of a notification's user that it has not reached.
    pub async fn unreached(&self, notification_id: i64) -> sqlx::Result<Vec<Addressee>> {
        sqlx::query_as(
            "SELECT devices.id, devices.platform, devices.push_token, devices.registered_at, devices.refusals
             FROM devices
             JOIN notifications ON notifications.user_id = devices.user_id
             LEFT JOIN deliveries
                 ON deliveries.device_id = devices.id AND deliveries.notification_id = notifications.id
             WHERE notifications.id = $1 AND deliveries.device_id IS NULL ORDER BY devices.id",
        )
        .bind(notification_id)
        .fetch_all(&self.pool)
        .await
    }

    /// Notes that a notification has reached one, if that is still there.
    pub async fn reached(&self, notification_id: i64, device_id: i64) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO deliveries (notification_id, device_id) SELECT $1, id FROM devices WHERE id = $2
             ON CONFLICT (notification_id, device_id) DO NOTHING",
        )
        .bind(notification_id)
        .bind(device_id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes how often in a row the vendor of one did not know its token, unless it has registered again meanwhile.
    pub async fn set_refusals(&self, device: &Addressee, refusals: i64) -> sqlx::Result<()> {
        sqlx::query("UPDATE devices SET refusals = $1 WHERE id = $2 AND registered_at = $3")
            .bind(refusals)
            .bind(device.id)
            .bind(device.registered_at)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Removes one that cannot be reached, unless it has registered again meanwhile.
    pub async fn remove_unreachable(&self, device: &Addressee) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM devices WHERE id = $1 AND registered_at = $2")
            .bind(device.id)
            .bind(device.registered_at)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
