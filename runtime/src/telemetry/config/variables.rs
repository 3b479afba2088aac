//! The variables' names, and how one of them is read.

use std::ffi::OsString;

use super::error::{ConfigError, Refused};
use super::setting::Setting;
#[cfg(feature = "logs")]
use super::values;

pub(super) const TRACES_URL: &str = "OBS_TRACES_URL";
pub(super) const INGEST_TOKEN: &str = "OBS_INGEST_TOKEN";
pub(super) const INGEST_TOKEN_FILE: &str = "OBS_INGEST_TOKEN_FILE";
pub(super) const DEBUG: &str = "DEBUG";

pub(super) const DISABLED: &str = "OTEL_SDK_DISABLED";
pub(super) const SERVICE_NAME: &str = "OTEL_SERVICE_NAME";
pub(super) const RESOURCE_ATTRIBUTES: &str = "OTEL_RESOURCE_ATTRIBUTES";
pub(super) const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
pub(super) const SAMPLER_ARG: &str = "OTEL_TRACES_SAMPLER_ARG";
pub(super) const EXPORTER: &str = "OTEL_TRACES_EXPORTER";
pub(super) const PROPAGATORS: &str = "OTEL_PROPAGATORS";
pub(super) const SCHEDULE_DELAY: &str = "OTEL_BSP_SCHEDULE_DELAY";

pub(super) const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
pub(super) const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
// Of the following, what is said for traces comes before what is said for all signals.
pub(super) const PROTOCOLS: &[&str] = &["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
pub(super) const HEADERS: &[&str] = &["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];
pub(super) const TIMEOUTS: &[&str] = &["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
pub(super) const COMPRESSIONS: &[&str] =
    &["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"];
// What is said for spans comes before what is said for everything that has attributes.
pub(super) const ATTRIBUTE_COUNTS: &[&str] =
    &["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"];
pub(super) const ATTRIBUTE_LENGTHS: &[&str] =
    &["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"];
pub(super) const EVENT_COUNT: &str = "OTEL_SPAN_EVENT_COUNT_LIMIT";

/// What a variable holds, if it is set to anything.
#[cfg(feature = "logs")]
pub(crate) fn variable(
    name: &'static str,
    lookup: &dyn Fn(&'static str) -> Option<OsString>,
) -> Result<Option<String>, ConfigError> {
    Variables(lookup).text(name)
}

/// Whether `DEBUG` says yes.
#[cfg(feature = "logs")]
pub(crate) fn debug_is_on(lookup: &dyn Fn(&'static str) -> Option<OsString>) -> Result<bool, ConfigError> {
    Ok(Variables(lookup).one(DEBUG, values::switch)?.is_some_and(|debug| debug.value))
}

/// The environment, or what stands for it.
pub(super) struct Variables<'l>(pub(super) &'l dyn Fn(&'static str) -> Option<OsString>);

impl Variables<'_> {
    /// Without the blanks around it. A variable that is set to nothing counts as not set, as OpenTelemetry has it.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(value) = self.0(name) else { return Ok(None) };
        let not_text = |_| Refused::hiding("not text (not shown)", "text in UTF-8").in_variable(name);
        let value = value.into_string().map_err(not_text)?;
        Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty()))
    }

    /// What a variable sets.
    pub(super) fn one<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Result<Option<Setting<T>>, ConfigError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let value = parse(&text).map_err(|refused| refused.in_variable(name))?;
        Ok(Some(Setting::of_variable(value, name)))
    }

    /// What the first of these variables sets that is set; none of them may hold what cannot be used.
    pub(super) fn first<T>(
        &self,
        names: &[&'static str],
        parse: impl Fn(&str) -> Result<T, Refused>,
    ) -> Result<Option<Setting<T>>, ConfigError> {
        let set: Vec<_> = names.iter().map(|name| self.one(name, &parse)).collect::<Result<_, _>>()?;
        Ok(set.into_iter().flatten().next())
    }
}
