//! Passwords: Argon2id, with the parameters that its library recommends.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::error::{AppError, Result};

const MIN_CHARACTERS: usize = 10;
/// Longer ones would only cost time.
const MAX_BYTES: usize = 1_024;
/// Who has waited so long for the hashes of others is refused.
const PATIENCE: Duration = Duration::from_secs(1);

/// A hash of no password: whoever logs in as nobody waits as long as everyone else.
const OF_NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3BhbndlYXZlIHNhbHQ$u2GwVXjVvXUUVk0T2vDKV8B9U1R8M5yZCkXkGqvUZ0w";

/// A rule of input: what may become a password.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde calls it so")]
pub(super) fn is_long_enough(password: &SecretString, _: &()) -> garde::Result {
    let password = password.expose_secret();
    if password.chars().count() < MIN_CHARACTERS {
        return Err(garde::Error::new(format!("shorter than {MIN_CHARACTERS} characters")));
    }
    if password.len() > MAX_BYTES {
        return Err(garde::Error::new(format!("longer than {MAX_BYTES} bytes")));
    }
    Ok(())
}

/// Makes hashes and compares with them, as many at a time as there are processors: each takes 19 MiB and one of those.
#[derive(Clone)]
pub(super) struct Hasher {
    permits: Arc<Semaphore>,
}

impl Hasher {
    pub(super) fn new() -> Hasher {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Hasher { permits: Arc::new(Semaphore::new(processors)) }
    }

    /// The hash of a password.
    pub(super) async fn hash(&self, password: SecretString) -> Result<String> {
        let hash = move || Argon2::default().hash_password(password.expose_secret().as_bytes());
        let hashed = self.run(hash).await?;
        hashed.map(|hash| hash.to_string()).map_err(|_| AppError::Internal("a password could not be hashed"))
    }

    /// Whether it is the password of the hash; never for no hash, which takes as long.
    pub(super) async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool> {
        let verify = move || {
            let parsed = PasswordHash::new(hash.as_deref().unwrap_or(OF_NOBODY));
            let is_right = |parsed| {
                let password = password.expose_secret().as_bytes();
                Argon2::default().verify_password(password, &parsed).is_ok()
            };
            parsed.map(is_right).map(|is_right| is_right && hash.is_some())
        };
        self.run(verify).await?.map_err(|_| AppError::Internal("a stored password hash is malformed"))
    }

    /// It takes its time, so it is done on a thread that may; the permit goes along, for it is done even if its client hangs up.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.ok().and_then(std::result::Result::ok).ok_or(AppError::Busy)?;
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        working.await.map_err(|_| AppError::Internal("hashing panicked"))
    }
}

#[cfg(test)]
mod tests {
    use super::Hasher;
    use crate::error::AppError;

    #[tokio::test]
    async fn who_waits_too_long_for_others_is_refused() {
        let hasher = Hasher::new();
        let _others =
            hasher.permits.acquire_many(hasher.permits.available_permits().try_into().unwrap()).await;
        assert!(matches!(hasher.hash("correct horse".into()).await, Err(AppError::Busy)));
        assert!(matches!(hasher.verify("correct horse".into(), None).await, Err(AppError::Busy)));
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash() {
        let hasher = Hasher::new();
        let hash = hasher.hash("correct horse".into()).await.unwrap();
        assert!(hasher.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify("another".into(), Some(hash)).await.unwrap());
        assert!(!hasher.verify("correct horse".into(), None).await.unwrap());
    }
}
