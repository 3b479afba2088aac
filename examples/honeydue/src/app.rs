//! The composition: connections, then repositories, then services, then routes.

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::StatusCode;
use secrecy::ExposeSecret;
use spanweave::Telemetry;

use crate::auth::{self, AuthService, SessionRepository, UserRepository};
use crate::config::Config;
use crate::contractors::{self, ContractorRepository, ContractorService};
use crate::database::{self, Pool};
use crate::documents::{self, DocumentRepository, DocumentService};
use crate::error::problem;
use crate::http::MAX_JSON_BYTES;
use crate::jobs::Jobs;
use crate::notifications::{self, DeviceRepository, NotificationRepository, NotificationService};
use crate::process::StartError;
use crate::push::Push;
use crate::residences::{self, ResidenceRepository, ResidenceService};
use crate::storage::Storage;
use crate::subscriptions::{self, SubscriptionRepository, SubscriptionService};
use crate::tasks::{self, TaskRepository, TaskService};

/// All services; handlers and jobs take those that they need.
#[derive(Clone, FromRef)]
pub struct App {
    /// The connections that all repositories share.
    pub pool: Pool,
    /// The queues.
    pub jobs: Jobs,
    /// Accounts and sessions.
    pub auth: AuthService,
    /// Contractors.
    pub contractors: ContractorService,
    /// Documents.
    pub documents: DocumentService,
    /// Notifications and devices.
    pub notifications: NotificationService,
    /// Residences.
    pub residences: ResidenceService,
    /// Plans.
    pub subscriptions: SubscriptionService,
    /// Tasks.
    pub tasks: TaskService,
}

impl App {
    /// Connects to everything that the configuration names, and watches the connections.
    ///
    /// # Errors
    ///
    /// Something cannot be reached, or not be used.
    pub async fn connect(config: &Config, telemetry: &Telemetry) -> Result<App, StartError> {
        let pool = database::open(config.database_url.expose_secret(), config.database_connections).await?;
        telemetry.watch_pool("main", &pool);
        let jobs = Jobs::connect(&config.jobs).await?;
        let storage = Storage::open(&config.storage)?;
        let push = Push::new(config.apns.as_ref(), config.fcm.as_ref())?;
        Ok(App::new(pool, jobs, storage, push, config.max_upload_bytes))
    }

    fn new(pool: Pool, jobs: Jobs, storage: Storage, push: Push, max_upload_bytes: usize) -> App {
        let residences = ResidenceRepository::new(pool.clone());
        let contractors = ContractorRepository::new(pool.clone());
        let subscriptions = SubscriptionService::new(SubscriptionRepository::new(pool.clone()));
        let notifications = NotificationService::new(
            NotificationRepository::new(pool.clone()),
            DeviceRepository::new(pool.clone()),
            push,
            jobs.clone(),
        );
        let documents = DocumentService::new(
            DocumentRepository::new(pool.clone()),
            residences.clone(),
            storage,
            jobs.clone(),
            max_upload_bytes,
        );
        App {
            auth: AuthService::new(UserRepository::new(pool.clone()), SessionRepository::new(pool.clone())),
            tasks: TaskService::new(
                TaskRepository::new(pool.clone()),
                residences.clone(),
                contractors.clone(),
                notifications.clone(),
            ),
            residences: ResidenceService::new(residences, subscriptions.clone()),
            contractors: ContractorService::new(contractors),
            documents,
            notifications,
            subscriptions,
            jobs,
            pool,
        }
    }

    /// All routes, each request of which is a trace.
    pub fn router(self, telemetry: &Telemetry) -> Router {
        Router::new()
            .merge(auth::routes())
            .merge(contractors::routes())
            .merge(documents::routes())
            .merge(notifications::routes())
            .merge(residences::routes())
            .merge(subscriptions::routes())
            .merge(tasks::routes())
            .fallback(async || problem(StatusCode::NOT_FOUND, "there is no such page"))
            .layer(DefaultBodyLimit::max(MAX_JSON_BYTES))
            .with_state(self)
            .merge(telemetry.routes())
            .layer(telemetry.http_layer().catch_panics(true))
    }
}
