//! The body of a refusal: a `google.rpc.Status`, with the code among its details.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;

use super::ErrorCode;
use crate::push::{PushError, http};

/// What Google says where it names no field.
const NO_TOKEN: &str = "The registration token is not a valid FCM registration token";

#[derive(Default, Deserialize)]
pub(super) struct Refusal {
    error: Status,
}

#[derive(Default, Deserialize)]
struct Status {
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<Detail>,
}

/// An `FcmError` or a `BadRequest`: each has its own field.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    error_code: Option<ErrorCode>,
    #[serde(default)]
    field_violations: Vec<FieldViolation>,
}

#[derive(Deserialize)]
struct FieldViolation {
    #[serde(default)]
    field: String,
}

impl Refusal {
    pub(super) fn into_error(self, status: StatusCode, retry_after: Option<Duration>) -> PushError {
        let code = self.error.code();
        let reason = code.name();
        if code.is_gone() {
            PushError::Gone { reason }
        } else if code.is_of_device_token()
            || (code == ErrorCode::InvalidArgument && self.error.is_about_token())
        {
            PushError::BadToken { reason }
        } else if code.is_transient() || (code.is_vague() && http::is_transient(status)) {
            PushError::Unavailable { reason, retry_after }
        } else {
            PushError::Refused { reason }
        }
    }
}

impl Status {
    fn code(&self) -> ErrorCode {
        self.details.iter().find_map(|detail| detail.error_code).unwrap_or_default()
    }

    fn is_about_token(&self) -> bool {
        let mut violations = self.details.iter().flat_map(|detail| &detail.field_violations);
        violations.any(|violation| violation.field == "message.token") || self.message.starts_with(NO_TOKEN)
    }
}
