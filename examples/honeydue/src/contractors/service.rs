//! What users do with their contractors.

use spanweave::traced_service;

use super::{Contractor, ContractorInput, ContractorRepository};
use crate::error::{AppError, Result};
use crate::http::{Page, PageQuery};

const CONTRACTOR: AppError = AppError::NotFound("contractor");

/// Contractors of the user who asks.
#[derive(Clone)]
pub struct ContractorService {
    contractors: ContractorRepository,
}

impl ContractorService {
    /// Of what the repository holds.
    pub fn new(contractors: ContractorRepository) -> ContractorService {
        ContractorService { contractors }
    }
}

#[traced_service(strict, calls(contractors))]
impl ContractorService {
    /// A page of them.
    pub async fn list(&self, user_id: i64, query: &PageQuery) -> Result<Page<Contractor>> {
        let found = self.contractors.list(user_id, query).await?;
        Ok(Page::of(found, query, |contractor| contractor.id))
    }

    /// One of them.
    pub async fn get(&self, user_id: i64, id: i64) -> Result<Contractor> {
        self.contractors.find(user_id, id).await?.ok_or(CONTRACTOR)
    }

    /// Adds one.
    pub async fn create(&self, user_id: i64, input: &ContractorInput) -> Result<Contractor> {
        let id = self.contractors.insert(user_id, input).await?;
        self.contractors.find(user_id, id).await?.ok_or(CONTRACTOR)
    }

    /// Changes one.
    pub async fn update(&self, user_id: i64, id: i64, input: &ContractorInput) -> Result<Contractor> {
        if !self.contractors.update(user_id, id, input).await? {
            return Err(CONTRACTOR);
        }
        self.contractors.find(user_id, id).await?.ok_or(CONTRACTOR)
    }

    /// Removes one; tasks stay, and have nobody.
    pub async fn delete(&self, user_id: i64, id: i64) -> Result<()> {
        if self.contractors.delete(user_id, id).await? { Ok(()) } else { Err(CONTRACTOR) }
    }
}
