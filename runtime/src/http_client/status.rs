//! Statuses as text that lives as long as the process, whatever number a server answers with.

use std::sync::LazyLock;

use reqwest::StatusCode;

use crate::outcome::Outcome;

const FIRST: u16 = 100;
const DIGITS: usize = 3;

/// All of them, one behind the other.
static TEXTS: LazyLock<String> = LazyLock::new(|| (FIRST..1_000).map(|status| status.to_string()).collect());

pub(super) fn text(status: StatusCode) -> &'static str {
    let start = DIGITS * usize::from(status.as_u16() - FIRST);
    &TEXTS[start..start + DIGITS]
}

/// By the conventions, those of 400 and above are errors to who sent the request, too.
pub(super) fn outcome(status: StatusCode) -> Outcome {
    if status.is_client_error() || status.is_server_error() {
        Outcome::Error(text(status))
    } else {
        Outcome::Ok
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::{outcome, text};
    use crate::outcome::Outcome;

    #[test]
    fn every_status_has_its_text() {
        for status in 100..1_000 {
            assert_eq!(text(StatusCode::from_u16(status).unwrap()), status.to_string());
        }
    }

    #[test]
    fn from_400_to_599_they_are_errors() {
        let outcome = |status| outcome(StatusCode::from_u16(status).unwrap());
        assert_eq!([100, 204, 302, 399, 600, 999].map(outcome), [Outcome::Ok; 6]);
        assert_eq!([400, 404, 499].map(outcome), ["400", "404", "499"].map(Outcome::Error));
        assert_eq!([500, 599].map(outcome), ["500", "599"].map(Outcome::Error));
    }
}
