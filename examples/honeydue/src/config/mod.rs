//! What the environment says. Secrets come from nowhere else, and are never shown.

mod environment;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use secrecy::SecretString;

use self::environment::Environment;

/// Everything that differs from one deployment to another. Telemetry reads its own variables.
#[derive(Debug)]
pub struct Config {
    /// `LISTEN_ADDR`, `127.0.0.1:8000`.
    pub listen: SocketAddr,
    /// `TRUSTED_PROXIES`, 0: how many proxies a request passes that tell in `X-Forwarded-For` whom they have it from.
    pub trusted_proxies: usize,
    /// `DATABASE_URL`, a file in the working directory; may hold a password.
    pub database_url: SecretString,
    /// `DATABASE_MAX_CONNECTIONS`, 10.
    pub database_connections: u32,
    /// `JOBS_URL`: where jobs wait. In the process itself by default.
    pub jobs: JobsConfig,
    /// `STORAGE_FOLDER`, or `S3_…`.
    pub storage: StorageConfig,
    /// `MAX_UPLOAD_BYTES`, 10 MiB.
    pub max_upload_bytes: usize,
    /// `APNS_…`: without a key nothing is sent to Apple's devices.
    pub apns: Option<ApnsConfig>,
    /// `FCM_…`: without a service account nothing is sent to Google's.
    pub fcm: Option<FcmConfig>,
}

/// Where jobs wait until a worker takes them.
#[derive(Debug)]
pub enum JobsConfig {
    /// In the memory of the process, which is its own worker. They do not survive it.
    InProcess,
    /// `redis://…`
    Redis(SecretString),
    /// `postgres://…`
    Postgres(SecretString),
}

/// Where documents are.
#[derive(Debug)]
pub enum StorageConfig {
    /// `STORAGE_FOLDER`, `honeydue-documents`.
    Folder(PathBuf),
    /// `S3_BUCKET` and the rest.
    S3(S3Config),
}

/// A bucket of any service that speaks S3.
#[derive(Debug)]
pub struct S3Config {
    /// `S3_BUCKET`.
    pub bucket: String,
    /// `S3_ENDPOINT`, `https://s3.us-west-004.backblazeb2.com` for one.
    pub endpoint: String,
    /// `S3_REGION`, `us-east-1`.
    pub region: String,
    /// `S3_ACCESS_KEY_ID`.
    pub access_key_id: SecretString,
    /// `S3_SECRET_ACCESS_KEY`.
    pub secret_access_key: SecretString,
}

/// Apple's push service, by token.
#[derive(Debug)]
pub struct ApnsConfig {
    /// `APNS_URL`, `https://api.push.apple.com`.
    pub url: String,
    /// `APNS_KEY`: the key of the developer account, as PEM.
    pub key: SecretString,
    /// `APNS_KEY_ID`.
    pub key_id: String,
    /// `APNS_TEAM_ID`.
    pub team_id: String,
    /// `APNS_TOPIC`: the app's bundle id.
    pub topic: String,
}

/// Google's push service, version 1.
#[derive(Debug)]
pub struct FcmConfig {
    /// `FCM_URL`, `https://fcm.googleapis.com`.
    pub url: String,
    /// `FCM_SERVICE_ACCOUNT`: its key, as JSON.
    pub service_account: SecretString,
}

/// A variable that is missing or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Others say that it is needed.
    #[error("{variable} is not set, and {because} is")]
    Missing {
        /// The variable.
        variable: &'static str,
        /// The one that asks for it.
        because: &'static str,
    },
    /// What it holds.
    #[error("{variable}: {problem}")]
    Bad {
        /// The variable.
        variable: &'static str,
        /// What is wrong with its value, without the value: it may be a secret.
        problem: String,
    },
}

const MIB: usize = 1 << 20;
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);
const TEN: NonZeroU32 = NonZeroU32::new(10).unwrap();

impl Config {
    /// From the process' environment.
    ///
    /// # Errors
    ///
    /// A variable is missing, or cannot be used.
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_variables(|name| std::env::var_os(name))
    }

    /// From any other set of variables. An empty one is as one that is not set.
    ///
    /// # Errors
    ///
    /// A variable is missing, or cannot be used.
    pub fn from_variables<V: Into<OsString>>(
        variable: impl Fn(&str) -> Option<V>,
    ) -> Result<Config, ConfigError> {
        let variable = |name: &str| variable(name).map(Into::into);
        let environment = Environment::new(&variable);
        Ok(Config {
            listen: environment.parsed("LISTEN_ADDR", LISTEN, "an address and a port, as 127.0.0.1:8000")?,
            trusted_proxies: environment.parsed("TRUSTED_PROXIES", 0, "a whole number, 0 or more")?,
            database_url: database_url(&environment)?,
            database_connections: environment
                .parsed("DATABASE_MAX_CONNECTIONS", TEN, "a whole number, 1 or more")?
                .get(),
            jobs: jobs(&environment)?,
            storage: storage(&environment)?,
            max_upload_bytes: environment.parsed("MAX_UPLOAD_BYTES", 10 * MIB, "a whole number of bytes")?,
            apns: apns(&environment)?,
            fcm: fcm(&environment)?,
        })
    }
}

fn database_url(environment: &Environment<'_>) -> Result<SecretString, ConfigError> {
    let url = environment.text_or("DATABASE_URL", "sqlite://honeydue.db?mode=rwc")?;
    let is_known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
    if !is_known {
        let problem = "it begins with none of sqlite:, postgres:, postgresql:".to_owned();
        return Err(ConfigError::Bad { variable: "DATABASE_URL", problem });
    }
    Ok(url.into())
}

fn jobs(environment: &Environment<'_>) -> Result<JobsConfig, ConfigError> {
    let Some(url) = environment.text("JOBS_URL")? else { return Ok(JobsConfig::InProcess) };
    match url.split(':').next() {
        Some("redis" | "rediss") => Ok(JobsConfig::Redis(url.into())),
        Some("postgres" | "postgresql") => Ok(JobsConfig::Postgres(url.into())),
        _ => {
            let problem = "it begins with none of redis:, rediss:, postgres:, postgresql:".to_owned();
            Err(ConfigError::Bad { variable: "JOBS_URL", problem })
        }
    }
}

fn storage(environment: &Environment<'_>) -> Result<StorageConfig, ConfigError> {
    let names = ["S3_BUCKET", "S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"];
    let Some(group) = environment.group(&names)? else {
        let folder = environment.text_or("STORAGE_FOLDER", "honeydue-documents")?;
        return Ok(StorageConfig::Folder(folder.into()));
    };
    Ok(StorageConfig::S3(S3Config {
        bucket: group.needed("S3_BUCKET")?,
        endpoint: environment::service_url("S3_ENDPOINT", group.needed("S3_ENDPOINT")?)?,
        region: environment.text_or("S3_REGION", "us-east-1")?,
        access_key_id: group.needed("S3_ACCESS_KEY_ID")?.into(),
        secret_access_key: group.needed("S3_SECRET_ACCESS_KEY")?.into(),
    }))
}

fn apns(environment: &Environment<'_>) -> Result<Option<ApnsConfig>, ConfigError> {
    let names = ["APNS_KEY", "APNS_KEY_ID", "APNS_TEAM_ID", "APNS_TOPIC", "APNS_URL"];
    let Some(group) = environment.group(&names)? else { return Ok(None) };
    let url = environment.text_or("APNS_URL", "https://api.push.apple.com")?;
    Ok(Some(ApnsConfig {
        url: environment::service_url("APNS_URL", url)?,
        key: group.needed("APNS_KEY")?.into(),
        key_id: group.needed("APNS_KEY_ID")?,
        team_id: group.needed("APNS_TEAM_ID")?,
        topic: group.needed("APNS_TOPIC")?,
    }))
}

fn fcm(environment: &Environment<'_>) -> Result<Option<FcmConfig>, ConfigError> {
    let Some(group) = environment.group(&["FCM_SERVICE_ACCOUNT", "FCM_URL"])? else { return Ok(None) };
    let url = environment.text_or("FCM_URL", "https://fcm.googleapis.com")?;
    Ok(Some(FcmConfig {
        url: environment::service_url("FCM_URL", url)?,
        service_account: group.needed("FCM_SERVICE_ACCOUNT")?.into(),
    }))
}
