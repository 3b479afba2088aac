//! The tables `users` and `sessions`.

use spanweave::repo;

use super::User;
use crate::database::Pool;
use crate::time::Timestamp;

/// Accounts.
#[derive(Clone)]
pub struct UserRepository {
    pool: Pool,
}

impl UserRepository {
    /// Over these connections.
    pub fn new(pool: Pool) -> UserRepository {
        UserRepository { pool }
    }
}

#[repo]
impl UserRepository {
    /// Adds a user; `None` if the address is taken.
    pub async fn insert(&self, email: &str, name: &str, password_hash: &str) -> sqlx::Result<Option<i64>> {
        sqlx::query_scalar(
            "INSERT INTO users (email, name, password_hash, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (email) DO NOTHING RETURNING id",
        )
        .bind(email)
        .bind(name)
        .bind(password_hash)
        .bind(Timestamp::now())
        .fetch_optional(&self.pool)
        .await
    }

    /// A user by number.
    pub async fn find(&self, id: i64) -> sqlx::Result<Option<User>> {
        sqlx::query_as("SELECT id, email, name, created_at FROM users WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }

    /// The number and the password's hash of whoever has an address.
    pub async fn credentials(&self, email: &str) -> sqlx::Result<Option<(i64, String)>> {
        sqlx::query_as("SELECT id, password_hash FROM users WHERE email = $1")
            .bind(email)
            .fetch_optional(&self.pool)
            .await
    }

    /// Puts one password's hash in the place of another, and ends all sessions of the user but one; nothing of that, and
    /// `false`, if the other is no longer there.
    pub async fn change_password(
        &self,
        id: i64,
        (old_hash, new_hash): (&str, &str),
        kept_session: &str,
    ) -> sqlx::Result<bool> {
        let mut transaction = self.pool.begin().await?;
        let changed = sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3")
            .bind(new_hash)
            .bind(id)
            .bind(old_hash)
            .execute(&mut *transaction)
            .await?;
        if changed.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2")
            .bind(id)
            .bind(kept_session)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Sessions, by the hash of their token.
#[derive(Clone)]
pub struct SessionRepository {
    pool: Pool,
}

impl SessionRepository {
    /// Over these connections.
    pub fn new(pool: Pool) -> SessionRepository {
        SessionRepository { pool }
    }
}

#[repo]
impl SessionRepository {
    /// Begins one.
    pub async fn insert(&self, token_hash: &str, user_id: i64, expires_at: Timestamp) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(token_hash)
        .bind(user_id)
        .bind(Timestamp::now())
        .bind(expires_at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Whose it is, if it has not ended.
    pub async fn user_of(&self, token_hash: &str) -> sqlx::Result<Option<i64>> {
        sqlx::query_scalar("SELECT user_id FROM sessions WHERE token_hash = $1 AND expires_at > $2")
            .bind(token_hash)
            .bind(Timestamp::now())
            .fetch_optional(&self.pool)
            .await
    }

    /// Ends one.
    pub async fn delete(&self, token_hash: &str) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
            .bind(token_hash)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Removes those that have ended; how many.
    pub async fn purge(&self) -> sqlx::Result<u64> {
        let delete = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1");
        Ok(delete.bind(Timestamp::now()).execute(&self.pool).await?.rows_affected())
    }
}
