//! Signing up, logging in and out.

use std::net::IpAddr;
use std::time::Duration;

use spanweave::traced_service;

use super::attempts::Attempts;
use super::{LogIn, Session, SessionRepository, SignUp, User, UserRepository, password, session_token};
use crate::error::{AppError, Result};
use crate::time::Timestamp;

const SESSION: Duration = Duration::from_hours(30 * 24);

/// Accounts and sessions.
#[derive(Clone)]
pub struct AuthService {
    users: UserRepository,
    sessions: SessionRepository,
    attempts: Attempts,
}

impl AuthService {
    /// Of these parts.
    pub fn new(users: UserRepository, sessions: SessionRepository) -> AuthService {
        AuthService { users, sessions, attempts: Attempts::new() }
    }
}

#[traced_service(strict, calls(users, sessions))]
impl AuthService {
    /// A new account, and its first session.
    pub async fn sign_up(&self, input: SignUp) -> Result<Session> {
        let hash = password::hash(input.password).await?;
        let inserted = self.users.insert(&input.email.to_lowercase(), &input.name, &hash).await?;
        let id = inserted.ok_or(AppError::Conflict("the address is taken"))?;
        self.begin_session(id).await
    }

    /// A session for who knows the password, and does not try too often.
    pub async fn log_in(&self, input: LogIn, address: Option<IpAddr>) -> Result<Session> {
        let email = input.email.to_lowercase();
        self.attempts.count(&email, address)?;
        let (id, hash) = self.users.credentials(&email).await?.unzip();
        let is_right = password::verify(input.password, hash).await?;
        let id = id.filter(|_| is_right).ok_or(AppError::Unauthorized)?;
        self.begin_session(id).await
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

    async fn begin_session(&self, user_id: i64) -> Result<Session> {
        let (token, expires_at) = (session_token::generate(), Timestamp::now().plus(SESSION));
        self.sessions.insert(&session_token::hash(&token), user_id, expires_at).await?;
        Ok(Session { token, expires_at, user: self.account(user_id).await? })
    }
}
