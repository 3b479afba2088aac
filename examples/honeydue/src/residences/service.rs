//! What owners do with their residences.

use spanweave::traced_service;

use super::{Residence, ResidenceInput, ResidenceRepository};
use crate::documents::DocumentService;
use crate::error::{AppError, Result};
use crate::http::{Page, PageQuery};
use crate::subscriptions::SubscriptionService;

const RESIDENCE: AppError = AppError::NotFound("residence");

/// Residences of the user who asks.
#[derive(Clone)]
pub struct ResidenceService {
    residences: ResidenceRepository,
    subscriptions: SubscriptionService,
    documents: DocumentService,
}

impl ResidenceService {
    /// Of these parts.
    pub fn new(
        residences: ResidenceRepository,
        subscriptions: SubscriptionService,
        documents: DocumentService,
    ) -> ResidenceService {
        ResidenceService { residences, subscriptions, documents }
    }
}

#[traced_service(calls(residences, subscriptions, documents))]
impl ResidenceService {
    /// A page of the user's residences.
    pub async fn list(&self, user_id: i64, query: &PageQuery) -> Result<Page<Residence>> {
        let found = self.residences.list(user_id, query).await?;
        Ok(Page::of(found, query, |residence| residence.id))
    }

    /// One of them.
    pub async fn get(&self, user_id: i64, id: i64) -> Result<Residence> {
        self.residences.find(user_id, id).await?.ok_or(RESIDENCE)
    }

    /// Adds one, as far as the user's plan allows.
    pub async fn create(&self, user_id: i64, input: &ResidenceInput) -> Result<Residence> {
        let held = self.residences.count(user_id).await?;
        self.subscriptions.require_residence(user_id, held).await?;
        let id = self.residences.insert(user_id, input).await?;
        self.residences.find(user_id, id).await?.ok_or(RESIDENCE)
    }

    /// Changes one.
    pub async fn update(&self, user_id: i64, id: i64, input: &ResidenceInput) -> Result<Residence> {
        if !self.residences.update(user_id, id, input).await? {
            return Err(RESIDENCE);
        }
        self.residences.find(user_id, id).await?.ok_or(RESIDENCE)
    }

    /// Removes one, with its tasks and documents.
    pub async fn delete(&self, user_id: i64, id: i64) -> Result<()> {
        let objects = self.documents.objects_of_residence(user_id, id).await?;
        if !self.residences.delete(user_id, id).await? {
            return Err(RESIDENCE);
        }
        self.documents.discard(objects).await;
        Ok(())
    }
}
