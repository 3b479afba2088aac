//! What owners do with the documents of their residences.

use std::time::Duration;

use bytes::Bytes;
use spanweave::{Ctx, InCtx, traced_service};
use uuid::Uuid;

use super::{Document, DocumentRepository, NewDocument, Upload, file_type, thumbnail};
use crate::error::{AppError, Result};
use crate::http::{Page, PageQuery};
use crate::jobs::Jobs;
use crate::residences::ResidenceRepository;
use crate::storage::Storage;
use crate::time::Timestamp;

const DOCUMENT: AppError = AppError::NotFound("document");
const RESIDENCE: AppError = AppError::NotFound("residence");
const DOCUMENTS: &str = "documents/";
const THUMBNAILS: &str = "thumbnails/";
/// Longer than it takes to store an object and to write down that it is there.
const UPLOAD: Duration = Duration::from_hours(1);
/// When an object that the store did not remove is tried again.
const REMOVED_AGAIN: Duration = Duration::from_mins(10);
/// Objects that one run removes; the next one has the rest.
const REMOVALS: i64 = 200;

/// Documents of the user who asks.
#[derive(Clone)]
pub struct DocumentService {
    documents: DocumentRepository,
    residences: ResidenceRepository,
    storage: Storage,
    jobs: Jobs,
    max_upload_bytes: usize,
}

impl DocumentService {
    /// Of what the storage holds; no document is larger than so many bytes.
    pub fn new(
        documents: DocumentRepository,
        residences: ResidenceRepository,
        storage: Storage,
        jobs: Jobs,
        max_upload_bytes: usize,
    ) -> DocumentService {
        DocumentService { documents, residences, storage, jobs, max_upload_bytes }
    }

    /// The most that a document may have.
    pub fn max_upload_bytes(&self) -> usize {
        self.max_upload_bytes
    }
}

#[traced_service(strict, calls(documents, residences, storage), untraced(jobs))]
impl DocumentService {
    /// A page of all documents of a user.
    pub async fn list(&self, user_id: i64, query: &PageQuery) -> Result<Page<Document>> {
        let found = self.documents.list(user_id, query).await?;
        Ok(Page::of(found, query, |document| document.id))
    }

    /// A page of those of one residence.
    pub async fn list_of_residence(
        &self,
        user_id: i64,
        residence_id: i64,
        query: &PageQuery,
    ) -> Result<Page<Document>> {
        self.residences.find(user_id, residence_id).await?.ok_or(RESIDENCE)?;
        let found = self.documents.list_of_residence(user_id, residence_id, query).await?;
        Ok(Page::of(found, query, |document| document.id))
    }

    /// One of them.
    pub async fn get(&self, user_id: i64, id: i64) -> Result<Document> {
        self.documents.find(user_id, id).await?.ok_or(DOCUMENT)
    }

    /// What is in one.
    pub async fn content(&self, user_id: i64, id: i64) -> Result<(Document, Bytes)> {
        let document = self.documents.find(user_id, id).await?.ok_or(DOCUMENT)?;
        let content = self.storage.download(&document.object_key).await?;
        Ok((document, content))
    }

    /// The thumbnail of one, a JPEG. It is made in a while, of images alone.
    pub async fn thumbnail(&self, user_id: i64, id: i64) -> Result<Bytes> {
        let document = self.documents.find(user_id, id).await?.ok_or(DOCUMENT)?;
        let key = document.thumbnail_key.ok_or(AppError::NotFound("thumbnail"))?;
        Ok(self.storage.download(&key).await?)
    }

    /// Adds one.
    pub async fn upload(&self, user_id: i64, upload: Upload) -> Result<Document> {
        self.residences.find(user_id, upload.residence_id).await?.ok_or(RESIDENCE)?;
        let mime_type = file_type::of(&upload.content)?;
        // A client that hangs up must not leave a document that is kept without its job: once begun, it is done whoever waits.
        let service = self.clone();
        let keep = async move { service.keep(user_id, upload, mime_type).await }.in_ctx(Ctx::current());
        tokio::spawn(keep).await.map_err(|_| AppError::Internal("keeping a document panicked"))?
    }

    /// An object, then its row, then the job that makes its thumbnail. Whatever stops it in between, an object that no row
    /// names is removed once its time is over.
    async fn keep(&self, user_id: i64, upload: Upload, mime_type: &'static str) -> Result<Document> {
        let document = NewDocument {
            residence_id: upload.residence_id,
            name: upload.name,
            mime_type,
            size_bytes: i64::try_from(upload.content.len()).unwrap_or(i64::MAX),
            object_key: format!("{DOCUMENTS}{user_id}/{}", Uuid::new_v4()),
        };
        self.documents.discard_object(&document.object_key, Timestamp::now().plus(UPLOAD)).await?;
        self.storage.upload(&document.object_key, mime_type, upload.content).await?;
        let id = self.documents.insert(user_id, &document).await?.ok_or(RESIDENCE)?;
        if file_type::is_image(mime_type) {
            self.enqueue_thumbnail(id).await;
        }
        self.documents.find(user_id, id).await?.ok_or(DOCUMENT)
    }

    /// The document is kept by now: that it will have no thumbnail is no reason to have it sent again.
    async fn enqueue_thumbnail(&self, document_id: i64) {
        if let Err(error) = self.jobs.make_thumbnail(document_id).await {
            tracing::warn!(
                document_id,
                error = &error as &dyn std::error::Error,
                "an image has no thumbnail"
            );
        }
    }

    /// Removes one. What it has in the store is removed a little later.
    pub async fn delete(&self, user_id: i64, id: i64) -> Result<()> {
        if self.documents.delete(user_id, id).await? { Ok(()) } else { Err(DOCUMENT) }
    }

    /// Removes objects from the store that no document names any more, some at a time; how many. One that the store does not
    /// remove is tried again, and does not keep others waiting.
    pub async fn remove_discarded(&self) -> Result<usize> {
        let mut removed = 0;
        for key in self.documents.discarded_objects(Timestamp::now(), REMOVALS).await? {
            if let Err(error) = self.storage.delete(&key).await {
                tracing::warn!(key, error = &error as &dyn std::error::Error, "an object is not removed yet");
                self.documents.discard_object(&key, Timestamp::now().plus(REMOVED_AGAIN)).await?;
            } else {
                self.documents.forget_object(&key).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// The job behind an upload: makes the thumbnail of an image. There is nothing to do for other documents, nor for
    /// one that has its thumbnail, or has been deleted meanwhile.
    pub async fn make_thumbnail(&self, document_id: i64) -> Result<()> {
        let Some((object_key, mime_type)) = self.documents.without_thumbnail(document_id).await? else {
            return Ok(());
        };
        if !file_type::is_image(&mime_type) {
            return Ok(());
        }
        let image = self.storage.download(&object_key).await?;
        let scale = Ctx::current().wrap(move || thumbnail::scale(&image));
        let scaled = tokio::task::spawn_blocking(scale).await;
        let thumbnail = scaled.map_err(|_| AppError::Internal("making a thumbnail panicked"))??;
        let thumbnail_key = object_key.replacen(DOCUMENTS, THUMBNAILS, 1);
        self.documents.discard_object(&thumbnail_key, Timestamp::now().plus(UPLOAD)).await?;
        self.storage.upload(&thumbnail_key, "image/jpeg", thumbnail.into()).await?;
        Ok(self.documents.set_thumbnail(document_id, &thumbnail_key).await?)
    }
}
