//! Whose telephone it is.

use serde::{Deserialize, Serialize};

/// What a device runs, which decides who delivers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Apple's.
    Ios,
    /// Google's.
    Android,
}

crate::database::is_text!(Platform);
