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

    /// Adds one, and returns its id; `None` if the user has as many as the limit already.
    pub async fn insert(
        &self,
        user_id: i64,
        residence: &ResidenceInput,
        limit: i64,
    ) -> sqlx::Result<Option<i64>> {
        let mut transaction = self.pool.begin().await?;
        // It changes nothing, and has who adds another one at the same time wait: they are to count this one.
        sqlx::query("UPDATE users SET name = name WHERE id = $1")
            .bind(user_id)
            .execute(&mut *transaction)
            .await?;
        let id = sqlx::query_scalar(
            "INSERT INTO residences (owner_id, name, address, created_at) SELECT $1, $2, $3, $4
             WHERE (SELECT COUNT(*) FROM residences WHERE owner_id = $5) < $6 RETURNING id",
        )
        .bind(user_id)
        .bind(&residence.name)
        .bind(&residence.address)
        .bind(Timestamp::now())
        .bind(user_id)
        .bind(limit)
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Changes one of a user's; whether there was one.
    pub async fn update(&self, user_id: i64, id: i64, residence: &ResidenceInput) -> sqlx::Result<bool> {
        let update =
            sqlx::query("UPDATE residences SET name = $1, address = $2 WHERE owner_id = $3 AND id = $4");
        let bound = update.bind(&residence.name).bind(&residence.address).bind(user_id).bind(id);
        Ok(bound.execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Removes one of a user's with all that is in it, also its documents' rows; whether there was one.
    pub async fn delete(&self, user_id: i64, id: i64) -> sqlx::Result<bool> {
        let delete = sqlx::query("DELETE FROM residences WHERE owner_id = $1 AND id = $2");
        Ok(delete.bind(user_id).bind(id).execute(&self.pool).await?.rows_affected() > 0)
    }
}
