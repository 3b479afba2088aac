//! The table `residences`.

use spanweave::repo;

use super::{Residence, ResidenceInput};
use crate::database::Pool;
use crate::http::PageQuery;
use crate::time::Timestamp;

/// Residences, always those of one owner.
#[derive(Clone)]
pub struct ResidenceRepository {
    pool: Pool,
}

impl ResidenceRepository {
    /// Over these connections.
    pub fn new(pool: Pool) -> ResidenceRepository {
        ResidenceRepository { pool }
    }
}

#[repo]
impl ResidenceRepository {
    /// The ids of all residences of a user.
    pub async fn ids_for_user(&self, user_id: i64) -> sqlx::Result<Vec<i64>> {
        sqlx::query_scalar("SELECT id FROM residences WHERE owner_id = $1 ORDER BY id")
            .bind(user_id)
            .fetch_all(&self.pool)
            .await
    }

    /// How many a user has.
    pub async fn count(&self, user_id: i64) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT COUNT(*) FROM residences WHERE owner_id = $1")
            .bind(user_id)
            .fetch_one(&self.pool)
            .await
    }

    /// A page of them.
    pub async fn list(&self, user_id: i64, page: &PageQuery) -> sqlx::Result<Vec<Residence>> {
        sqlx::query_as(
            "SELECT id, name, address, created_at FROM residences
             WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(user_id)
        .bind(page.after())
        .bind(page.limit_and_one())
        .fetch_all(&self.pool)
        .await
    }

    /// One of a user's.
    pub async fn find(&self, user_id: i64, id: i64) -> sqlx::Result<Option<Residence>> {
        sqlx::query_as("SELECT id, name, address, created_at FROM residences WHERE owner_id = $1 AND id = $2")
            .bind(user_id)
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }

    /// Adds one, and returns its id.
    pub async fn insert(&self, user_id: i64, residence: &ResidenceInput) -> sqlx::Result<i64> {
        sqlx::query_scalar(
            "INSERT INTO residences (owner_id, name, address, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(user_id)
        .bind(&residence.name)
        .bind(&residence.address)
        .bind(Timestamp::now().seconds())
        .fetch_one(&self.pool)
        .await
    }

    /// Changes one of a user's; whether there was one.
    pub async fn update(&self, user_id: i64, id: i64, residence: &ResidenceInput) -> sqlx::Result<bool> {
        let update =
            sqlx::query("UPDATE residences SET name = $1, address = $2 WHERE owner_id = $3 AND id = $4");
        let bound = update.bind(&residence.name).bind(&residence.address).bind(user_id).bind(id);
        Ok(bound.execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Removes one of a user's with all that is in it; whether there was one.
    pub async fn delete(&self, user_id: i64, id: i64) -> sqlx::Result<bool> {
        let delete = sqlx::query("DELETE FROM residences WHERE owner_id = $1 AND id = $2");
        Ok(delete.bind(user_id).bind(id).execute(&self.pool).await?.rows_affected() > 0)
    }
}
