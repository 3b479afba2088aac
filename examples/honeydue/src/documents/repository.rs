//! The tables `documents` and `discarded_objects`.

use spanweave::repo;

use super::{Document, NewDocument};
use crate::database::{Connection, Pool};
use crate::http::PageQuery;
use crate::time::Timestamp;

/// Documents, those of the residences of one owner; jobs have no user, and ask for one by its number.
#[derive(Clone)]
pub struct DocumentRepository {
    pool: Pool,
}

impl DocumentRepository {
    /// Over these connections.
    pub fn new(pool: Pool) -> DocumentRepository {
        DocumentRepository { pool }
    }
}

#[repo]
impl DocumentRepository {
    /// A page of all documents of a user.
    pub async fn list(&self, user_id: i64, page: &PageQuery) -> sqlx::Result<Vec<Document>> {
        sqlx::query_as(
            "SELECT d.id, d.residence_id, d.name, d.mime_type, d.size_bytes, d.object_key, d.thumbnail_key, d.created_at
             FROM documents d JOIN residences r ON r.id = d.residence_id
             WHERE r.owner_id = $1 AND d.id > $2 ORDER BY d.id LIMIT $3",
        )
        .bind(user_id)
        .bind(page.after())
        .bind(page.limit_and_one())
        .fetch_all(&self.pool)
        .await
    }

    /// A page of those of one residence.
    pub async fn list_of_residence(
        &self,
        user_id: i64,
        residence_id: i64,
        page: &PageQuery,
    ) -> sqlx::Result<Vec<Document>> {
        sqlx::query_as(
            "SELECT d.id, d.residence_id, d.name, d.mime_type, d.size_bytes, d.object_key, d.thumbnail_key, d.created_at
             FROM documents d JOIN residences r ON r.id = d.residence_id
             WHERE r.owner_id = $1 AND r.id = $2 AND d.id > $3 ORDER BY d.id LIMIT $4",
        )
        .bind(user_id)
        .bind(residence_id)
        .bind(page.after())
        .bind(page.limit_and_one())
        .fetch_all(&self.pool)
        .await
    }

    /// One of a user's.
    pub async fn find(&self, user_id: i64, id: i64) -> sqlx::Result<Option<Document>> {
        sqlx::query_as(
            "SELECT d.id, d.residence_id, d.name, d.mime_type, d.size_bytes, d.object_key, d.thumbnail_key, d.created_at
             FROM documents d JOIN residences r ON r.id = d.residence_id
             WHERE r.owner_id = $1 AND d.id = $2",
        )
        .bind(user_id)
        .bind(id)
        .fetch_optional(&self.pool)
        .await
    }

    /// Adds one, whose object is not discarded then, and returns its id; `None` if the residence is not the user's, or no more.
    pub async fn insert(&self, user_id: i64, document: &NewDocument) -> sqlx::Result<Option<i64>> {
        let mut transaction = self.pool.begin().await?;
        let id = sqlx::query_scalar(
            "INSERT INTO documents (residence_id, name, mime_type, size_bytes, object_key, created_at)
             SELECT r.id, $3, $4, $5, $6, $7 FROM residences r WHERE r.owner_id = $1 AND r.id = $2 RETURNING id",
        )
        .bind(user_id)
        .bind(document.residence_id)
        .bind(&document.name)
        .bind(document.mime_type)
        .bind(document.size_bytes)
        .bind(&document.object_key)
        .bind(Timestamp::now())
        .fetch_optional(&mut *transaction)
        .await?;
        if id.is_some() {
            DocumentRepository::keep_object(&mut transaction, &document.object_key).await?;
        }
        transaction.commit().await?;
        Ok(id)
    }

    /// Removes one of a user's, whose objects are discarded then; whether there was one.
    pub async fn delete(&self, user_id: i64, id: i64) -> sqlx::Result<bool> {
        let delete = sqlx::query(
            "DELETE FROM documents
             WHERE id = $1 AND residence_id IN (SELECT id FROM residences WHERE owner_id = $2)",
        );
        Ok(delete.bind(id).bind(user_id).execute(&self.pool).await?.rows_affected() > 0)
    }

    /// For a job: the key and the type of any user's that has no thumbnail.
    pub async fn without_thumbnail(&self, id: i64) -> sqlx::Result<Option<(String, String)>> {
        sqlx::query_as("SELECT object_key, mime_type FROM documents WHERE id = $1 AND thumbnail_key IS NULL")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }

    /// For a job: where the thumbnail of any user's is. It is not discarded then, if there still is such a document.
    pub async fn set_thumbnail(&self, id: i64, thumbnail_key: &str) -> sqlx::Result<()> {
        let mut transaction = self.pool.begin().await?;
        let updated = sqlx::query("UPDATE documents SET thumbnail_key = $1 WHERE id = $2")
            .bind(thumbnail_key)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        if updated.rows_affected() > 0 {
            DocumentRepository::keep_object(&mut transaction, thumbnail_key).await?;
        }
        transaction.commit().await
    }

    /// Discards an object from a moment on, unless a document names it before.
    pub async fn discard_object(&self, key: &str, remove_after: Timestamp) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO discarded_objects (object_key, remove_after) VALUES ($1, $2)
             ON CONFLICT (object_key) DO UPDATE SET remove_after = excluded.remove_after",
        )
        .bind(key)
        .bind(remove_after)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Has an object that was discarded be kept, with the row that names it.
    pub(super) async fn keep_object(transaction: &mut Connection, key: &str) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM discarded_objects WHERE object_key = $1")
            .bind(key)
            .execute(transaction)
            .await?;
        Ok(())
    }

    /// The keys of objects that are discarded by now, those first that have been for the longest time.
    pub async fn discarded_objects(&self, now: Timestamp, limit: i64) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(
            "SELECT object_key FROM discarded_objects WHERE remove_after <= $1 ORDER BY remove_after LIMIT $2",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
    }

    /// Forgets a discarded object, which is not in the store any more.
    pub async fn forget_object(&self, key: &str) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM discarded_objects WHERE object_key = $1")
            .bind(key)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
