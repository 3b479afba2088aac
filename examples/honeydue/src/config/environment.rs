//! Variables, as text and as what they mean.

use std::ffi::OsString;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;

use super::ConfigError;

/// A set of variables. An empty one is as one that is not set.
#[derive(Clone, Copy)]
pub(super) struct Environment<'e> {
    variable: &'e dyn Fn(&str) -> Option<OsString>,
}

impl<'e> Environment<'e> {
    pub(super) fn new(variable: &'e dyn Fn(&str) -> Option<OsString>) -> Environment<'e> {
        Environment { variable }
    }

    pub(super) fn text(&self, variable: &'static str) -> Result<Option<String>, ConfigError> {
        let value = (self.variable)(variable).filter(|value| !value.is_empty());
        let text = value.map(OsString::into_string).transpose();
        text.map_err(|_| ConfigError::Bad { variable, problem: "it is not UTF-8".to_owned() })
    }

    pub(super) fn text_or(&self, variable: &'static str, default: &str) -> Result<String, ConfigError> {
        Ok(self.text(variable)?.unwrap_or_else(|| default.to_owned()))
    }

    /// A value, where the text is one; `expected` says what is.
    pub(super) fn parsed<T: FromStr>(
        &self,
        variable: &'static str,
        default: T,
        expected: &str,
    ) -> Result<T, ConfigError> {
        let Some(text) = self.text(variable)? else { return Ok(default) };
        let bad = |_| ConfigError::Bad { variable, problem: format!("it is not {expected}") };
        text.parse().map_err(bad)
    }

    /// Variables of one thing, if any of them is set: who sets one means all.
    pub(super) fn group(&self, names: &[&'static str]) -> Result<Option<Group<'e>>, ConfigError> {
        for because in names {
            if self.text(because)?.is_some() {
                return Ok(Some(Group { environment: *self, because }));
            }
        }
        Ok(None)
    }
}

/// Variables that are needed because of one that is set.
pub(super) struct Group<'e> {
    environment: Environment<'e>,
    because: &'static str,
}

impl Group<'_> {
    pub(super) fn needed(&self, variable: &'static str) -> Result<String, ConfigError> {
        let missing = ConfigError::Missing { variable, because: self.because };
        self.environment.text(variable)?.ok_or(missing)
    }
}

/// The URL of a service that is sent secrets: over TLS, or not off this machine.
pub(super) fn service_url(variable: &'static str, text: String) -> Result<String, ConfigError> {
    let bad = |problem: String| ConfigError::Bad { variable, problem };
    let url = Url::parse(&text).map_err(|error| bad(error.to_string()))?;
    match url.scheme() {
        "https" => Ok(text),
        "http" if is_this_machine(&url) => Ok(text),
        "http" => Err(bad("http:// is for this machine only; say https://".to_owned())),
        _ => Err(bad("it begins with neither https:// nor http://".to_owned())),
    }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse();
    host == "localhost" || address.is_ok_and(|address: IpAddr| address.is_loopback())
}
