//! The composition: connections, then repositories, then services, then routes.

use axum::Router;
use axum::extract::FromRef;
use spanweave::Telemetry;

use crate::auth::{self, AuthService, SessionRepository, UserRepository};
use crate::database::Pool;
use crate::notifications::{self, DeviceRepository, NotificationRepository, NotificationService};
use crate::push::Push;
use crate::residences::{self, ResidenceRepository, ResidenceService};
use crate::subscriptions::{SubscriptionRepository, SubscriptionService};

/// All services; handlers and jobs take those that they need.
#[derive(Clone, FromRef)]
pub struct App {
    /// Accounts and sessions.
    pub auth: AuthService,
    /// Notifications and devices.
    pub notifications: NotificationService,
    /// Residences.
    pub residences: ResidenceService,
    /// Plans.
    pub subscriptions: SubscriptionService,
}

impl App {
    /// Over these connections.
    pub fn new(pool: &Pool, push: Push) -> App {
        let subscriptions = SubscriptionService::new(SubscriptionRepository::new(pool.clone()));
        let residences = ResidenceRepository::new(pool.clone());
        App {
            auth: AuthService::new(UserRepository::new(pool.clone()), SessionRepository::new(pool.clone())),
            notifications: NotificationService::new(
                NotificationRepository::new(pool.clone()),
                DeviceRepository::new(pool.clone()),
                push,
            ),
            residences: ResidenceService::new(residences, subscriptions.clone()),
            subscriptions,
        }
    }

    /// All routes, each request of which is a trace.
    pub fn router(self, telemetry: &Telemetry) -> Router {
        Router::new()
            .merge(auth::routes())
            .merge(notifications::routes())
            .merge(residences::routes())
            .with_state(self)
            .merge(telemetry.routes())
            .layer(telemetry.http_layer())
    }
}
