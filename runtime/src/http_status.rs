//! Statuses as text that lives as long as the process, whatever number a server answers with.

use std::sync::LazyLock;

use http::StatusCode;

const FIRST: u16 = 100;
const DIGITS: usize = 3;

/// All of them, one behind the other.
static TEXTS: LazyLock<String> = LazyLock::new(|| (FIRST..1_000).map(|status| status.to_string()).collect());

pub(crate) fn text(status: StatusCode) -> &'static str {
    let start = DIGITS * usize::from(status.as_u16() - FIRST);
    &TEXTS[start..start + DIGITS]
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::text;

    #[test]
    fn every_status_has_its_text() {
        for status in 100..1_000 {
            assert_eq!(text(StatusCode::from_u16(status).unwrap()), status.to_string());
        }
    }
}
