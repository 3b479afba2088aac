//! `OTEL_RESOURCE_ATTRIBUTES`.

use percent_encoding::percent_decode_str;

use super::error::Refused;

const PAIRS: &str = "`key=value` pairs with commas between them, percent-encoded";

/// Keys and values, in the order in which they were written.
pub(super) fn attributes(value: &str) -> Result<Vec<(String, String)>, Refused> {
    let pairs = value.split(',').filter(|part| !part.trim().is_empty());
    pairs.map(pair).collect::<Option<_>>().ok_or_else(|| Refused::showing(value, PAIRS))
}

/// One of a list; `None` where it is none.
pub(super) fn pair(pair: &str) -> Option<(String, String)> {
    let (key, value) = pair.split_once('=')?;
    let decode = |text: &str| percent_decode_str(text.trim()).decode_utf8().ok().map(String::from);
    Some((decode(key).filter(|key| !key.is_empty())?, decode(value)?))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, refused};

    #[test]
    fn attributes_are_percent_decoded() {
        let environment = read(&[("OTEL_RESOURCE_ATTRIBUTES", "team=home%20care, region=eu ,")]).unwrap();
        let expected = [("team", "home care"), ("region", "eu")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(environment.resource.unwrap().value, expected);
    }

    #[test]
    fn what_is_no_list_of_pairs_is_refused() {
        for value in ["a=1,b", "=1", "a=%ff"] {
            let expected = "`key=value` pairs with commas between them, percent-encoded";
            refused("OTEL_RESOURCE_ATTRIBUTES", value, &format!("`{value}`; expected {expected}"));
        }
    }
}
