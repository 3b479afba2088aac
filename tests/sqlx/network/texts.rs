//! Texts that only a server answers: with `SQLite`, sqlx itself loops for ever over NUL outside a literal.

use crate::suite::texts::same_as_plain;

#[tokio::test]
async fn nul_between_words() {
    same_as_plain("SELECT 1 \0 FROM tasks").await;
}
