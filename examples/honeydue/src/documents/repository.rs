//! The table `documents`.

use spanweave::repo;

use super::{Document, NewDocument, Objects};
use crate::database::Pool;
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

    /// Adds one, and returns its id; `None` if the residence is not the user's, or no more.
    pub async fn insert(&self, user_id: i64, document: &NewDocument) -> sqlx::Result<Option<i64>> {
        sqlx::query_scalar(
            "INSERT INTO documents (residence_id, name, mime_type, size_bytes, object_key, created_at)
             SELECT r.id, $3, $4, $5, $6, $7 FROM residences r WHERE r.owner_id = $1 AND r.id = $2 RETURNING id",
        )
        .bind(user_id)
        .bind(document.residence_id)
        .bind(&document.name)
        .bind(document.mime_type)
        .bind(document.size_bytes)
        .bind(&document.object_key)
        .bind(Timestamp::now().seconds())
        .fetch_optional(&self.pool)
        .await
    }

    /// Removes one of a user's; its objects are then nobody's.
    pub async fn delete(&self, user_id: i64, id: i64) -> sqlx::Result<Option<Objects>> {
        sqlx::query_as(
            "DELETE FROM documents
             WHERE id = $2 AND residence_id IN (SELECT id FROM residences WHERE owner_id = $1)
             RETURNING object_key, thumbnail_key",
        )
        .bind(user_id)
        .bind(id)
        .fetch_optional(&self.pool)
        .await
    }

    /// The objects of all that a residence of a user has.
    pub async fn objects_of_residence(&self, user_id: i64, residence_id: i64) -> sqlx::Result<Vec<Objects>> {
        sqlx::query_as(
            "SELECT d.object_key, d.thumbnail_key FROM documents d JOIN residences r ON r.id = d.residence_id
             WHERE r.owner_id = $1 AND r.id = $2",
        )
        .bind(user_id)
        .bind(residence_id)
        .fetch_all(&self.pool)
        .await
    }

    /// For a job: the key and the type of any user's.
    pub async fn original(&self, id: i64) -> sqlx::Result<Option<(String, String)>> {
        sqlx::query_as("SELECT object_key, mime_type FROM documents WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }

    /// For a job: where the thumbnail of any user's is; whether there still is such a document.
    pub async fn set_thumbnail(&self, id: i64, thumbnail_key: &str) -> sqlx::Result<bool> {
        let update = sqlx::query("UPDATE documents SET thumbnail_key = $1 WHERE id = $2");
        Ok(update.bind(thumbnail_key).bind(id).execute(&self.pool).await?.rows_affected() > 0)
    }
}
