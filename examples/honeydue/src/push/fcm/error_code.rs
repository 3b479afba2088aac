//! What Google says when it does not take a message.

use serde::Deserialize;

/// Google's error codes, by its names: `FcmError` of the reference of version 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// Google says no more.
    UnspecifiedError,
    /// The message, or the token in it, is malformed.
    InvalidArgument,
    /// The app is not on the device any more.
    Unregistered,
    /// The token is one of another project.
    SenderIdMismatch,
    /// Too many messages: to the device, the topic or altogether.
    QuotaExceeded,
    /// Google's trouble.
    Unavailable,
    /// Google's trouble.
    Internal,
    /// The key that Google pushes to Apple or a browser with is not good.
    ThirdPartyAuthError,
    /// Any that is not documented, and none.
    #[default]
    #[serde(other)]
    Other,
}

impl ErrorCode {
    /// All that are documented, each with the status that it comes with.
    pub const DOCUMENTED: &[(ErrorCode, u16)] = &[
        (ErrorCode::UnspecifiedError, 500),
        (ErrorCode::InvalidArgument, 400),
        (ErrorCode::Unregistered, 404),
        (ErrorCode::SenderIdMismatch, 403),
        (ErrorCode::QuotaExceeded, 429),
        (ErrorCode::Unavailable, 503),
        (ErrorCode::Internal, 500),
        (ErrorCode::ThirdPartyAuthError, 401),
    ];

    /// As Google calls it.
    pub fn name(self) -> &'static str {
        match self {
            ErrorCode::UnspecifiedError => "UNSPECIFIED_ERROR",
            ErrorCode::InvalidArgument => "INVALID_ARGUMENT",
            ErrorCode::Unregistered => "UNREGISTERED",
            ErrorCode::SenderIdMismatch => "SENDER_ID_MISMATCH",
            ErrorCode::QuotaExceeded => "QUOTA_EXCEEDED",
            ErrorCode::Unavailable => "UNAVAILABLE",
            ErrorCode::Internal => "INTERNAL",
            ErrorCode::ThirdPartyAuthError => "THIRD_PARTY_AUTH_ERROR",
            ErrorCode::Other => "OTHER",
        }
    }

    /// Whether the device is not to be written to again.
    pub fn is_gone(self) -> bool {
        self == ErrorCode::Unregistered
    }

    /// Whether the device's token is not one of the configured project's.
    pub fn is_of_device_token(self) -> bool {
        self == ErrorCode::SenderIdMismatch
    }

    /// Whether the same message may be taken later.
    pub fn is_transient(self) -> bool {
        matches!(self, ErrorCode::QuotaExceeded | ErrorCode::Unavailable | ErrorCode::Internal)
    }

    /// Whether it leaves open what happened, so that the status has to tell.
    pub(super) fn is_vague(self) -> bool {
        matches!(self, ErrorCode::UnspecifiedError | ErrorCode::Other)
    }
}
