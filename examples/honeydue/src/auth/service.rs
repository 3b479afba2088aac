//! Signing up, logging in and out, and another password.

use std::net::IpAddr;
use std::time::Duration;

use secrecy::SecretString;
use spanweave::traced_service;

use super::attempts::Attempts;
use super::password::Hasher;
use super::{ChangePassword, LogIn, Session, SessionRepository, SignUp, User, UserRepository, session_token};
use crate::error::{AppError, Result};
use crate::time::Timestamp;

const SESSION: Duration = Duration::from_hours(30 * 24);

/// Accounts and sessions.
#[derive(Clone)]
pub struct AuthService {
    users: UserRepository,
    sessions: SessionRepository,
    attempts: Attempts,
    hasher: Hasher,
}

impl AuthService {
    /// Over these tables. What is tried is counted from now on.
    pub fn new(users: UserRepository, sessions: SessionRepository) -> AuthService {
        AuthService { users, sessions, attempts: Attempts::new(), hasher: Hasher::new() }
    }
}

#[traced_service(strict, calls(users, sessions), untraced(hasher))]
impl AuthService {
    /// A new account, and its first session.
    pub async fn sign_up(&self, input: SignUp, address: Option<IpAddr>) -> Result<Session> {
        self.attempts.sign_up(address)?;
        let hash = self.hasher.hash(input.password).await?;
        let inserted = self.users.insert(&input.email.to_lowercase(), &input.name, &hash).await?;
        let id = inserted.ok_or(AppError::Conflict("the address is taken"))?;
        self.begin_session(id).await
    }

    /// A session for who knows the password, and does not try too often.
    pub async fn log_in(&self, input: LogIn, address: Option<IpAddr>) -> Result<Session> {
        let email = input.email.to_lowercase();
        let known = self.credentials(&email, input.password, address).await?;
        let (id, _) = known.ok_or(AppError::Unauthorized)?;
        self.begin_session(id).await
    }

    /// Changes the password of who knows it, and ends all sessions of theirs but the one of the token.
    pub async fn change_password(
        &self,
        user_id: i64,
        token: &str,
        input: ChangePassword,
        address: Option<IpAddr>,
    ) -> Result<()> {
        let email = self.account(user_id).await?.email;
        let known = self.credentials(&email, input.old_password, address).await?;
        let (_, old) = known.ok_or_else(|| AppError::Invalid("old_password: it is another".to_owned()))?;
        let new = self.hasher.hash(input.new_password).await?;
        let kept = session_token::hash(token);
        let is_changed = self.users.change_password(user_id, (&old, &new), &kept).await?;
        if is_changed { Ok(()) } else { Err(AppError::Conflict("the password has changed meanwhile")) }
    }

    /// Ends the session of a token.
    pub async fn log_out(&self, token: &str) -> Result<()> {
        Ok(self.sessions.delete(&session_token::hash(token)).await?)
    }

    /// Whose session a token is.
    pub async fn authenticate(&self, token: &str) -> Result<i64> {
        self.sessions.user_of(&session_token::hash(token)).await?.ok_or(AppError::Unauthorized)
    }

    /// The account of a user.
    pub async fn account(&self, id: i64) -> Result<User> {
        self.users.find(id).await?.ok_or(AppError::NotFound("user"))
    }

    /// Removes the sessions that have ended; how many.
    pub async fn purge_sessions(&self) -> Result<usize> {
        let purged = self.sessions.purge().await?;
        Ok(usize::try_from(purged).unwrap_or(usize::MAX))
    }

    /// The number and the password's hash of whoever has the address and the password.
    async fn credentials(
        &self,
        email: &str,
        password: SecretString,
        address: Option<IpAddr>,
    ) -> Result<Option<(i64, String)>> {
        self.attempts.log_in(email, address)?;
        let found = self.users.credentials(email).await?;
        let hash = found.as_ref().map(|(_, hash)| hash.clone());
        let is_right = self.hasher.verify(password, hash).await?;
        Ok(found.filter(|_| is_right))
    }

    async fn begin_session(&self, user_id: i64) -> Result<Session> {
        let (token, expires_at) = (session_token::generate(), Timestamp::now().plus(SESSION));
        self.sessions.insert(&session_token::hash(&token), user_id, expires_at).await?;
        Ok(Session { token, expires_at, user: self.account(user_id).await? })
    }
}
