//! What the environment says. Secrets come from nowhere else, and are never shown.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::SecretString;

/// Everything that differs from one deployment to another. Telemetry reads its own variables.
#[derive(Debug)]
pub struct Config {
    /// `LISTEN_ADDR`, `127.0.0.1:8000`.
    pub listen: SocketAddr,
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

impl Config {
    /// From the process' environment.
    ///
    /// # Errors
    ///
    /// A variable is missing, or cannot be used.
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_variables(|name| std::env::var(name).ok())
    }

    /// From any other set of variables. An empty one is as one that is not set.
    ///
    /// # Errors
    ///
    /// A variable is missing, or cannot be used.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let environment = Environment { variable: &variable };
        let or = |name, default: &str| environment.text(name).unwrap_or_else(|| default.to_owned());
        Ok(Config {
            listen: environment.parsed("LISTEN_ADDR", SocketAddr::from(([127, 0, 0, 1], 8000)))?,
            database_url: database_url(or("DATABASE_URL", "sqlite://honeydue.db?mode=rwc"))?,
            database_connections: environment.parsed("DATABASE_MAX_CONNECTIONS", 10)?,
            jobs: jobs(environment.text("JOBS_URL"))?,
            storage: storage(&environment)?,
            max_upload_bytes: environment.parsed("MAX_UPLOAD_BYTES", 10 * MIB)?,
            apns: apns(&environment)?,
            fcm: environment.text("FCM_SERVICE_ACCOUNT").map(|account| FcmConfig {
                url: or("FCM_URL", "https://fcm.googleapis.com"),
                service_account: account.into(),
            }),
        })
    }
}

fn database_url(url: String) -> Result<SecretString, ConfigError> {
    let is_known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
    if !is_known {
        let problem = "it begins with none of sqlite:, postgres:, postgresql:".to_owned();
        return Err(ConfigError::Bad { variable: "DATABASE_URL", problem });
    }
    Ok(url.into())
}

fn jobs(url: Option<String>) -> Result<JobsConfig, ConfigError> {
    let Some(url) = url else { return Ok(JobsConfig::InProcess) };
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
    let Some(bucket) = environment.text("S3_BUCKET") else {
        let folder = environment.text("STORAGE_FOLDER").unwrap_or_else(|| "honeydue-documents".to_owned());
        return Ok(StorageConfig::Folder(folder.into()));
    };
    let needed = |name| environment.needed(name, "S3_BUCKET");
    Ok(StorageConfig::S3(S3Config {
        bucket,
        endpoint: needed("S3_ENDPOINT")?,
        region: environment.text("S3_REGION").unwrap_or_else(|| "us-east-1".to_owned()),
        access_key_id: needed("S3_ACCESS_KEY_ID")?.into(),
        secret_access_key: needed("S3_SECRET_ACCESS_KEY")?.into(),
    }))
}

fn apns(environment: &Environment<'_>) -> Result<Option<ApnsConfig>, ConfigError> {
    let Some(key) = environment.text("APNS_KEY") else { return Ok(None) };
    let needed = |name| environment.needed(name, "APNS_KEY");
    Ok(Some(ApnsConfig {
        url: environment.text("APNS_URL").unwrap_or_else(|| "https://api.push.apple.com".to_owned()),
        key: key.into(),
        key_id: needed("APNS_KEY_ID")?,
        team_id: needed("APNS_TEAM_ID")?,
        topic: needed("APNS_TOPIC")?,
    }))
}

struct Environment<'e> {
    variable: &'e dyn Fn(&str) -> Option<String>,
}

impl Environment<'_> {
    fn text(&self, name: &'static str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn needed(&self, variable: &'static str, because: &'static str) -> Result<String, ConfigError> {
        self.text(variable).ok_or(ConfigError::Missing { variable, because })
    }

    fn parsed<T: FromStr<Err: Display>>(&self, variable: &'static str, default: T) -> Result<T, ConfigError> {
        let Some(text) = self.text(variable) else { return Ok(default) };
        text.parse().map_err(|error: T::Err| ConfigError::Bad { variable, problem: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, JobsConfig, StorageConfig};

    fn config(variables: &[(&str, &str)]) -> Result<Config, String> {
        let find =
            |name: &str| variables.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned());
        Config::from_variables(find).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_has_to_be_set() {
        let config = config(&[]).unwrap();
        assert!(matches!(config.jobs, JobsConfig::InProcess));
        assert!(matches!(config.storage, StorageConfig::Folder(_)));
        assert!(config.apns.is_none() && config.fcm.is_none());
    }

    #[test]
    fn errors_name_the_variable_and_keep_its_value() {
        let error = |variables: &[(&str, &str)]| config(variables).unwrap_err();
        assert_eq!(error(&[("LISTEN_ADDR", "x")]), "LISTEN_ADDR: invalid socket address syntax");
        assert_eq!(error(&[("APNS_KEY", "secret")]), "APNS_KEY_ID is not set, and APNS_KEY is");
        assert_eq!(error(&[("S3_BUCKET", "b")]), "S3_ENDPOINT is not set, and S3_BUCKET is");
        for variable in ["DATABASE_URL", "JOBS_URL"] {
            let error = config(&[(variable, "mysql://user:secret@host/")]).unwrap_err();
            assert!(error.starts_with(variable) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let url = "postgres://user:secret@host/";
        let shown = format!("{:?}", config(&[("DATABASE_URL", url), ("JOBS_URL", url)]).unwrap());
        assert!(!shown.contains("secret@"), "{shown}");
    }
}
