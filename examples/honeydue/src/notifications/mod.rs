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

crate::database::is_text!(Category);

impl Category {
    /// The set of buttons that the app shows with it, if it has one.
    pub fn buttons(self) -> Option<&'static str> {
        match self {
            Category::TaskDue => Some("TASK_DUE"),
            Category::TaskCompleted | Category::Digest => None,
        }
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
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Notification {
    /// By which the paths of the API name it.
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
    /// By which the paths of the API name it.
    pub id: i64,
    /// What it runs.
    pub platform: Platform,
    /// When it was last registered.
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
    /// The device.
    pub id: i64,
    /// What it runs.
    pub platform: Platform,
    /// Its address at the vendor of its platform.
    #[sqlx(try_from = "String")]
    pub push_token: PushToken,
    /// When it was last registered.
    pub registered_at: Timestamp,
    /// How often in a row its vendor did not know that address.
    pub refusals: i64,
}
