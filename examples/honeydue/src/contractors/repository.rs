//! The table `contractors`.

use spanweave::repo;

use super::{Contractor, ContractorInput};
use crate::database::Pool;
use crate::http::PageQuery;
use crate::time::Timestamp;

/// Contractors, always those of one user.
#[derive(Clone)]
pub struct ContractorRepository {
    pool: Pool,
}

impl ContractorRepository {
    /// Over these connections.
    pub fn new(pool: Pool) -> ContractorRepository {
        ContractorRepository { pool }
    }
}

#[repo]
impl ContractorRepository {
    /// A page of them.
    pub async fn list(&self, user_id: i64, page: &PageQuery) -> sqlx::Result<Vec<Contractor>> {
        sqlx::query_as(
            "SELECT id, name, trade, phone, email, created_at FROM contractors
             WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(user_id)
        .bind(page.after())
        .bind(page.limit_and_one())
        .fetch_all(&self.pool)
        .await
    }

    /// One of a user's.
    pub async fn find(&self, user_id: i64, id: i64) -> sqlx::Result<Option<Contractor>> {
        sqlx::query_as(
            "SELECT id, name, trade, phone, email, created_at FROM contractors
             WHERE owner_id = $1 AND id = $2",
        )
        .bind(user_id)
        .bind(id)
        .fetch_optional(&self.pool)
        .await
    }

    /// Adds one, and returns their id.
    pub async fn insert(&self, user_id: i64, contractor: &ContractorInput) -> sqlx::Result<i64> {
        sqlx::query_scalar(
            "INSERT INTO contractors (owner_id, name, trade, phone, email, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        )
        .bind(user_id)
        .bind(&contractor.name)
        .bind(&contractor.trade)
        .bind(&contractor.phone)
        .bind(&contractor.email)
        .bind(Timestamp::now())
        .fetch_one(&self.pool)
        .await
    }

    /// Changes one of a user's; whether there was one.
    pub async fn update(&self, user_id: i64, id: i64, contractor: &ContractorInput) -> sqlx::Result<bool> {
        let updated = sqlx::query(
            "UPDATE contractors SET name = $1, trade = $2, phone = $3, email = $4
             WHERE owner_id = $5 AND id = $6",
        )
        .bind(&contractor.name)
        .bind(&contractor.trade)
        .bind(&contractor.phone)
        .bind(&contractor.email)
        .bind(user_id)
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(updated.rows_affected() > 0)
    }

    /// Removes one of a user's; whether there was one.
    pub async fn delete(&self, user_id: i64, id: i64) -> sqlx::Result<bool> {
        let delete = sqlx::query("DELETE FROM contractors WHERE owner_id = $1 AND id = $2");
        Ok(delete.bind(user_id).bind(id).execute(&self.pool).await?.rows_affected() > 0)
    }
}
