//! The composition: connections, then repositories, then services, then routes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::{from_fn_with_state, map_response};
use secrecy::ExposeSecret;
use spanweave::Telemetry;
use tokio::sync::Semaphore;

use crate::auth::{self, AuthService, SessionRepository, UserRepository};
use crate::config::Config;
use crate::contractors::{self, ContractorRepository, ContractorService};
use crate::database::{self, Pool};
use crate::documents::{self, DocumentRepository, DocumentService};
use crate::error::StartError;
use crate::http::{
    MAX_JSON_BYTES, TrustedProxies, at_most, no_such_page, panic_as_problem, within, wrong_method,
};
use crate::jobs::Jobs;
use crate::notifications::{self, DeviceRepository, NotificationRepository, NotificationService};
use crate::push::Push;
use crate::residences::{self, ResidenceRepository, ResidenceService};
use crate::storage::Storage;
use crate::subscriptions::{self, SubscriptionRepository, SubscriptionService};
use crate::tasks::{self, TaskRepository, TaskService};

/// How long a request may take, with all that it waits for.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// The same where a document travels over the line of a telephone.
const TIME_LIMIT_OF_DOCUMENTS: Duration = Duration::from_mins(5);
/// So many requests at a time, far more than the database has connections; what is more is refused.
const REQUESTS_AT_A_TIME: usize = 1_024;

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
    /// What stands between the clients and the server.
    pub trusted_proxies: TrustedProxies,
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
        Ok(App::new(pool, jobs, storage, push, config))
    }

    fn new(pool: Pool, jobs: Jobs, storage: Storage, push: Push, config: &Config) -> App {
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
            config.max_upload_bytes,
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
            trusted_proxies: TrustedProxies(config.trusted_proxies),
            jobs,
            pool,
        }
    }

    /// All routes, each request of which is a trace.
    pub fn router(self, telemetry: &Telemetry) -> Router {
        let of_documents = from_fn_with_state(TIME_LIMIT_OF_DOCUMENTS, within);
        let routes = Router::new()
            .merge(auth::routes())
            .merge(contractors::routes())
            .merge(notifications::routes())
            .merge(residences::routes())
            .merge(subscriptions::routes())
            .merge(tasks::routes())
            .route_layer(from_fn_with_state(TIME_LIMIT, within))
            .merge(documents::routes().route_layer(of_documents))
            .with_state(self);
        edge(routes, telemetry)
    }
}

/// Routes as they are served: bounded, watched, and with a problem for whatever goes wrong before or in a handler.
pub fn edge(routes: Router, telemetry: &Telemetry) -> Router {
    routes
        .fallback(no_such_page)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_JSON_BYTES))
        .layer(from_fn_with_state(Arc::new(Semaphore::new(REQUESTS_AT_A_TIME)), at_most))
        .merge(telemetry.routes())
        .layer(telemetry.http_layer().catch_panics(true))
        .layer(map_response(panic_as_problem))
}
