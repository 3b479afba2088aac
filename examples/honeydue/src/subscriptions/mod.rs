//! What a user pays for.

mod repository;
mod service;

pub use repository::SubscriptionRepository;
pub use service::SubscriptionService;
