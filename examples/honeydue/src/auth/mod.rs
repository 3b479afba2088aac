//! Who somebody is: accounts, passwords and sessions.

mod attempts;
mod current_user;
mod password;
mod repository;
mod routes;
mod service;
mod session_token;

pub use current_user::CurrentUser;
pub use repository::{SessionRepository, UserRepository};
pub use routes::routes;
pub use service::AuthService;

use garde::Validate;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::http::line;
use crate::time::Timestamp;

/// A user, as others may see them.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct User {
    /// Their number.
    pub id: i64,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// When they signed up.
    pub created_at: Timestamp,
}

/// A session that has just begun.
#[derive(Debug, Serialize)]
pub struct Session {
    /// To be sent as `Authorization: Bearer …`; it is told this once.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whose it is.
    pub user: User,
}

/// What somebody signs up with.
#[derive(Debug, Deserialize, Validate)]
pub struct SignUp {
    /// Their address.
    #[garde(email, length(max = 254), custom(line))]
    pub email: String,
    /// Their name.
    #[garde(length(min = 1, max = 100), custom(line))]
    pub name: String,
    /// At least ten characters.
    #[garde(custom(password::is_long_enough))]
    pub password: SecretString,
}

/// What somebody logs in with.
#[derive(Debug, Deserialize, Validate)]
pub struct LogIn {
    /// Their address.
    #[garde(length(max = 254), custom(line))]
    pub email: String,
    /// Their password.
    #[garde(skip)]
    pub password: SecretString,
}

/// What somebody changes their password with.
#[derive(Debug, Deserialize, Validate)]
pub struct ChangePassword {
    /// The one that they have.
    #[garde(skip)]
    pub old_password: SecretString,
    /// At least ten characters.
    #[garde(custom(password::is_long_enough))]
    pub new_password: SecretString,
}
