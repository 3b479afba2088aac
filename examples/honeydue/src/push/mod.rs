//! Messages to telephones: to Apple's over `APNs`, to Google's over FCM.

pub mod apns;
mod error;
pub mod fcm;
mod http;
mod message;
mod platform;
mod token;

pub use error::PushError;
pub use message::Message;
pub use platform::Platform;
pub use token::PushToken;

use std::time::Duration;

use crate::config::{ApnsConfig, ConfigError, FcmConfig};

use self::apns::ApnsClient;
use self::fcm::FcmClient;

/// How long sending a message takes at most: two requests, where one of them has to do with our own token.
pub const LONGEST_SEND: Duration = http::TIMEOUT.saturating_mul(2);

/// The services that are configured.
#[derive(Clone)]
pub struct Push {
    apns: Option<ApnsClient>,
    fcm: Option<FcmClient>,
}

/// What became of a message that is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The service took it.
    Accepted,
    /// The service of the device's platform is not configured.
    Skipped,
}

impl Push {
    /// Of these services. That one is not configured is logged, here and nowhere else.
    ///
    /// # Errors
    ///
    /// A key or a URL cannot be used.
    pub fn new(apns: Option<&ApnsConfig>, fcm: Option<&FcmConfig>) -> Result<Push, ConfigError> {
        if apns.is_none() {
            tracing::warn!("APNS_KEY is not set: nothing is pushed to Apple's devices");
        }
        if fcm.is_none() {
            tracing::warn!("FCM_SERVICE_ACCOUNT is not set: nothing is pushed to Google's devices");
        }
        Ok(Push { apns: apns.map(ApnsClient::new).transpose()?, fcm: fcm.map(FcmClient::new).transpose()? })
    }

    /// Sends a message to one device.
    ///
    /// # Errors
    ///
    /// The service did not take it.
    pub async fn send(
        &self,
        platform: Platform,
        token: &PushToken,
        message: &Message,
    ) -> Result<Pushed, PushError> {
        match (platform, &self.apns, &self.fcm) {
            (Platform::Ios, Some(apns), _) if message.category.is_some() => {
                apns.send_with_category(token, message).await?;
            }
            (Platform::Ios, Some(apns), _) => apns.send(token, message).await?,
            (Platform::Android, _, Some(fcm)) => fcm.send(token, message).await?,
            (Platform::Ios, None, _) | (Platform::Android, _, None) => return Ok(Pushed::Skipped),
        }
        Ok(Pushed::Accepted)
    }
}
