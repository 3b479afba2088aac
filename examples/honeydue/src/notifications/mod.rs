//! What users are told, and the telephones it is pushed to.

mod delivery;
mod repository;
mod routes;
mod service;

pub use delivery::Delivery;
pub use repository::{DeviceRepository, NotificationRepository};
pub use routes::routes;
pub use service::{LONGEST_PUSHES, NotificationService};

use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::push::{Platform, PushToken};
use crate::time::Timestamp;

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Something is to be done.
    TaskDue,
    /// Something was done.
    TaskCompleted,
    /// What there is to do today.
    Digest,
}

impl Category {
    /// As the database has it.
    pub fn name(self) -> &'static str {
        match self {
            Category::TaskDue => "task_due",
            Category::TaskCompleted => "task_completed",
            Category::Digest => "digest",
        }
    }

    /// The set of buttons that the app shows with it, if it has one.
    pub fn buttons(self) -> Option<&'static str> {
        match self {
            Category::TaskDue => Some("TASK_DUE"),
            Category::TaskCompleted | Category::Digest => None,
        }
    }
}

/// A name that is no category's.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no category")]
pub struct UnknownCategory(String);

impl TryFrom<String> for Category {
    type Error = UnknownCategory;

    fn try_from(name: String) -> Result<Category, UnknownCategory> {
        let all = [Category::TaskDue, Category::TaskCompleted, Category::Digest];
        all.into_iter().find(|category| category.name() == name).ok_or(UnknownCategory(name))
    }
}

/// What a user is to be told.
#[derive(Debug)]
pub struct NewNotification {
    /// Who.
    pub user_id: i64,
    /// The task that it is about.
    pub task_id: Option<i64>,
    /// What it is about.
    pub category: Category,
    /// In a word or two.
    pub title: String,
    /// In a sentence.
    pub body: String,
}

/// What a user was told.
#[derive(Debug, Serialize)]
pub struct Notification {
    /// Its number.
    pub id: i64,
    /// The task that it is about.
    pub task_id: Option<i64>,
    /// What it is about.
    pub category: Category,
    /// In a word or two.
    pub title: String,
    /// In a sentence.
    pub body: String,
    /// When the user read it.
    pub read_at: Option<Timestamp>,
    /// When the user was told.
    pub created_at: Timestamp,
}

/// A telephone, as its owner sees it.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Device {
    /// Its number.
    pub id: i64,
    /// What it runs.
    #[sqlx(try_from = "String")]
    pub platform: Platform,
    /// When it was last registered.
    #[sqlx(try_from = "i64")]
    pub registered_at: Timestamp,
}

/// What an app says of the telephone that it is on.
#[derive(Debug, Deserialize, Validate)]
pub struct DeviceInput {
    /// What it runs.
    #[garde(skip)]
    pub platform: Platform,
    /// Its address at the vendor of its platform.
    #[garde(custom(PushToken::is_of(self.platform)))]
    pub push_token: PushToken,
}

/// A telephone, as a message reaches it.
#[derive(Debug, sqlx::FromRow)]
pub struct Addressee {
    /// The device's number.
    pub id: i64,
    /// What it runs.
    #[sqlx(try_from = "String")]
    pub platform: Platform,
    /// Its address at the vendor of its platform.
    #[sqlx(try_from = "String")]
    pub push_token: PushToken,
    /// When it was last registered.
    #[sqlx(try_from = "i64")]
    pub registered_at: Timestamp,
}
