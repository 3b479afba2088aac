//! The form of an upload.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRef, FromRequest, Multipart, Request};
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};

use super::{DocumentService, file_name};
use crate::error::{AppError, Result};

/// What a form may have beside its file.
const FORM_BYTES: usize = 16 << 10;
const NUMBER_BYTES: usize = 20;

/// `multipart/form-data` with the fields `residence_id` and `file`.
///
/// It is read as far as the limit of uploads, and refused behind it.
#[derive(Debug)]
pub struct Upload {
    /// The residence that the document is of.
    pub residence_id: i64,
    /// The name of the file, as far as it is harmless.
    pub name: String,
    /// What is in it.
    pub content: Bytes,
}

impl<S> FromRequest<S> for Upload
where
    S: Send + Sync,
    DocumentService: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request(mut request: Request, state: &S) -> Result<Upload> {
        let limit = DocumentService::from_ref(state).max_upload_bytes();
        DefaultBodyLimit::max(limit.saturating_add(FORM_BYTES)).apply(&mut request);
        let form = Multipart::from_request(request, state).await;
        read(form.map_err(|_| AppError::UnsupportedType("send multipart/form-data"))?, limit).await
    }
}

async fn read(mut form: Multipart, limit: usize) -> Result<Upload> {
    let (mut residence_id, mut file) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|error| refused(&error, limit))? {
        match field.name() {
            Some("residence_id") => residence_id = number(&content(field, NUMBER_BYTES).await?),
            Some("file") => {
                let name = file_name::safe(field.file_name().unwrap_or_default());
                file = Some((name, content(field, limit).await?));
            }
            _ => {}
        }
    }
    let residence_id =
        residence_id.ok_or_else(|| AppError::Invalid("residence_id: not a number".to_owned()))?;
    let (name, content) = file.ok_or_else(|| AppError::Invalid("file: missing".to_owned()))?;
    Ok(Upload { residence_id, name, content })
}

async fn content(mut field: Field<'_>, limit: usize) -> Result<Bytes> {
    let mut content = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| refused(&error, limit))? {
        if chunk.len() > limit - content.len() {
            return Err(AppError::TooLarge { limit });
        }
        content.extend_from_slice(&chunk);
    }
    Ok(content.freeze())
}

fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

fn refused(error: &MultipartError, limit: usize) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge { limit },
        _ => AppError::Invalid("the form is malformed".to_owned()),
    }
}
