//! Passwords: Argon2id, with the parameters that its library recommends.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{AppError, Result};

const MIN_CHARACTERS: usize = 10;
/// Longer ones would only cost time.
const MAX_BYTES: usize = 1_024;

/// A hash of no password: whoever logs in as nobody waits as long as everyone else.
const OF_NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3BhbndlYXZlIHNhbHQ$u2GwVXjVvXUUVk0T2vDKV8B9U1R8M5yZCkXkGqvUZ0w";

/// A rule of [`SignUp`](super::SignUp).
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

/// The hash of a password. It takes its time, so it is made on a thread that may.
pub(super) async fn hash(password: SecretString) -> Result<String> {
    let hash = move || Argon2::default().hash_password(password.expose_secret().as_bytes());
    let hashed =
        tokio::task::spawn_blocking(hash).await.map_err(|_| AppError::Internal("hashing panicked"))?;
    hashed.map(|hash| hash.to_string()).map_err(|_| AppError::Internal("a password could not be hashed"))
}

/// Whether it is the password of the hash; never for no hash, which takes as long.
pub(super) async fn verify(password: SecretString, hash: Option<String>) -> Result<bool> {
    let verify = move || {
        let parsed = PasswordHash::new(hash.as_deref().unwrap_or(OF_NOBODY));
        let is_right = |parsed| {
            let password = password.expose_secret().as_bytes();
            Argon2::default().verify_password(password, &parsed).is_ok()
        };
        parsed.map(is_right).map(|is_right| is_right && hash.is_some())
    };
    let verified =
        tokio::task::spawn_blocking(verify).await.map_err(|_| AppError::Internal("hashing panicked"))?;
    verified.map_err(|_| AppError::Internal("a stored password hash is malformed"))
}
