//! Headers that are sent along with every export.

use http::{HeaderName, HeaderValue};

use super::error::Refused;
use super::resource::pair;

const LIST: &str = "`name=value` pairs with commas between them, percent-encoded";
const NAME: &str = "a name that HTTP allows";
const VALUE: &str = "a value of visible ASCII characters";

/// A list as `OTEL_EXPORTER_OTLP_HEADERS` has it. What is not understood is not shown: it may be a secret.
pub(super) fn list(value: &str) -> Result<Vec<(String, String)>, Refused> {
    let entries = value.split(',').filter(|entry| !entry.trim().is_empty()).enumerate();
    let headers = entries.map(|(index, entry)| {
        let refused =
            || Refused::hiding(format!("a list whose entry {} is not one (not shown)", index + 1), LIST);
        let (name, value) = pair(entry).ok_or_else(refused)?;
        header(&name, &value).map_err(|_| refused())?;
        Ok((name, value))
    });
    headers.collect()
}

/// A header, as code gives it.
pub(super) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Refused> {
    let name = name.parse().map_err(|_| Refused::hiding("a header whose name is none (not shown)", NAME))?;
    let refused = || Refused::hiding(format!("`{name}` with a value that cannot be sent (not shown)"), VALUE);
    let mut value = HeaderValue::from_str(value).map_err(|_| refused())?;
    value.set_sensitive(true);
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::super::tests::refused;
    use super::{header, list};

    #[test]
    fn a_list_is_percent_decoded() {
        let headers = list("api-key=a%3Db%2Cc, X-Tenant = home ,").unwrap();
        let expected = [("api-key", "a=b,c"), ("X-Tenant", "home")];
        assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_cannot_be_sent_is_refused_and_not_shown() {
        for variable in ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"] {
            for list in ["a=b,hunter2", "a=b,hunter 2=c", "a=b,c=hunter2%0A", "a=b,=hunter2"] {
                let expected = "`name=value` pairs with commas between them, percent-encoded";
                let held = "a list whose entry 2 is not one (not shown)";
                refused(variable, list, &format!("{held}; expected {expected}"));
            }
        }
    }

    #[test]
    fn a_value_does_not_show_itself() {
        let (_, value) = header("api-key", "hunter2").unwrap();
        assert!(!format!("{value:?}").contains("hunter2"));
    }
}
