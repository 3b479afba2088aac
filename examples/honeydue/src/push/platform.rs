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

/// A name that is no platform's.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no platform")]
pub struct UnknownPlatform(String);

impl Platform {
    /// As the database and the API have it.
    pub fn name(self) -> &'static str {
        match self {
            Platform::Ios => "ios",
            Platform::Android => "android",
        }
    }
}

impl TryFrom<String> for Platform {
    type Error = UnknownPlatform;

    fn try_from(name: String) -> Result<Platform, UnknownPlatform> {
        match name.as_str() {
            "ios" => Ok(Platform::Ios),
            "android" => Ok(Platform::Android),
            _ => Err(UnknownPlatform(name)),
        }
    }
}
