//! What owners do with their residences.

use spanweave::traced_service;

use super::{Residence, ResidenceInput, ResidenceRepository};
use crate::error::{AppError, Result};
use crate::http::{Page, PageQuery};
use crate::subscriptions::SubscriptionService;

const RESIDENCE: AppError = AppError::NotFound("residence");

/// Residences of the user who asks.
#[derive(Clone)]
pub struct ResidenceService {
    residences: ResidenceRepository,
    subscriptions: SubscriptionService,
}

impl ResidenceService {
    /// As many of each user as their subscription includes.
    pub fn new(residences: ResidenceRepository, subscriptions: SubscriptionService) -> ResidenceService {
        ResidenceService { residences, subscriptions }
    }
}

#[traced_service(strict, calls(residences, subscriptions))]
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
        let plan = self.subscriptions.current(user_id).await?.plan;
        let inserted = self.residences.insert(user_id, input, plan.residences()).await?;
        let id = inserted.ok_or(AppError::PlanLimit("the free plan has two residences"))?;
        self.residences.find(user_id, id).await?.ok_or(RESIDENCE)
    }

    /// Changes one.
    pub async fn update(&self, user_id: i64, id: i64, input: &ResidenceInput) -> Result<Residence> {
        if !self.residences.update(user_id, id, input).await? {
            return Err(RESIDENCE);
        }
        self.residences.find(user_id, id).await?.ok_or(RESIDENCE)
    }

    /// Removes one, with its tasks and documents. What these have in the store is removed a little later.
    pub async fn delete(&self, user_id: i64, id: i64) -> Result<()> {
        if self.residences.delete(user_id, id).await? { Ok(()) } else { Err(RESIDENCE) }
    }
}
