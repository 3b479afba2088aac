//! Why a message was not taken.

use std::time::Duration;

use spanweave::{Ctx, ErrorClass};

/// Why a service did not take a message. Nothing in it tells for which device it was.
#[derive(Debug, thiserror::Error, ErrorClass)]
pub enum PushError {
    /// The app is not on the device any more.
    #[error_class("bad_token")]
    #[error("the device is gone: {reason}")]
    Gone {
        /// As the vendor calls it.
        reason: &'static str,
    },
    /// The token is not one of the configured app: it never was, or another app is configured than should be.
    #[error("the device's token is not known: {reason}")]
    BadToken {
        /// As the vendor calls it.
        reason: &'static str,
    },
    /// The service has trouble, or had too much of us.
    #[error_class("error")]
    #[error("the push service is not available: {reason}")]
    Unavailable {
        /// As the vendor calls it.
        reason: &'static str,
        /// How long it wants to be left alone, if it says so.
        retry_after: Option<Duration>,
    },
    /// It will refuse this message again, until somebody mends the configuration.
    #[error_class("error")]
    #[error("the push service refuses: {reason}")]
    Refused {
        /// As the vendor calls it.
        reason: &'static str,
    },
    /// It was not reached, or did not answer in time.
    #[error_class("error")]
    #[error("the push service does not answer")]
    NoAnswer(#[source] reqwest::Error),
    /// What proves to the service who we are could not be had.
    #[error_class("error")]
    #[error("there are no credentials for the push service")]
    Credentials(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<reqwest::Error> for PushError {
    /// Without the URL, which has the token.
    fn from(error: reqwest::Error) -> PushError {
        PushError::NoAnswer(error.without_url())
    }
}

impl PushError {
    /// Whether the same message may be taken later.
    pub fn is_transient(&self) -> bool {
        match self {
            PushError::Gone { .. } | PushError::BadToken { .. } | PushError::Refused { .. } => false,
            PushError::Unavailable { .. } | PushError::NoAnswer(_) | PushError::Credentials(_) => true,
        }
    }

    /// How long the service wants to be left alone, if it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            PushError::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// One of few words: the vendor's, or ours where there was no answer.
    pub fn reason(&self) -> &'static str {
        match self {
            PushError::Gone { reason }
            | PushError::BadToken { reason }
            | PushError::Unavailable { reason, .. }
            | PushError::Refused { reason } => reason,
            PushError::NoAnswer(error) if error.is_timeout() => "timeout",
            PushError::NoAnswer(error) if error.is_connect() => "connect",
            PushError::NoAnswer(_) => "connection",
            PushError::Credentials(_) => "credentials",
        }
    }

    /// The span of the call tells the reason.
    pub(super) fn tell_reason(&self) {
        Ctx::current().set("reason", self.reason());
    }
}
