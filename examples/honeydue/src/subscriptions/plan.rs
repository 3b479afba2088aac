//! What can be subscribed to.

use serde::{Deserialize, Serialize};

/// What a user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Two residences, for nothing.
    Free,
    /// As many residences as there are.
    Pro,
}

crate::database::is_text!(Plan);

impl Plan {
    /// How many residences it includes.
    pub fn residences(self) -> i64 {
        match self {
            Plan::Free => 2,
            Plan::Pro => i64::MAX,
        }
    }
}
