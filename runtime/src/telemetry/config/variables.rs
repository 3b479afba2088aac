//! The variables' names, and how one of them is read.

use std::cell::RefCell;
use std::ffi::OsString;

use super::error::{ConfigError, Mistakes, Refused};
use super::setting::Setting;

pub(super) const TRACES_URL: &str = "OBS_TRACES_URL";
pub(super) const INGEST_TOKEN: &str = "OBS_INGEST_TOKEN";
pub(super) const INGEST_TOKEN_FILE: &str = "OBS_INGEST_TOKEN_FILE";
pub(crate) const DEBUG: &str = "DEBUG";

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

/// The environment, or what stands for it, and what it holds that cannot be used.
pub(crate) struct Variables<'l> {
    lookup: &'l dyn Fn(&'static str) -> Option<OsString>,
    mistakes: RefCell<Mistakes>,
}

impl<'l> Variables<'l> {
    pub(crate) fn new(lookup: &'l dyn Fn(&'static str) -> Option<OsString>) -> Variables<'l> {
        Variables { lookup, mistakes: RefCell::default() }
    }

    /// What a variable sets, if it is set to anything, and to what can be used.
    pub(crate) fn one<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Option<Setting<T>> {
        match self.text(name).and_then(|text| text.map(|text| parse(&text)).transpose()) {
            Ok(value) => value.map(|value| Setting::of_variable(value, name)),
            Err(refused) => {
                self.refuse(refused.in_variable(name));
                None
            }
        }
    }

    /// What the first of these variables sets that is set; none of them may hold what cannot be used.
    pub(super) fn first<T>(
        &self,
        names: &[&'static str],
        parse: impl Fn(&str) -> Result<T, Refused>,
    ) -> Option<Setting<T>> {
        let set: Vec<_> = names.iter().map(|name| self.one(name, &parse)).collect();
        set.into_iter().flatten().next()
    }

    /// Without the blanks around it. A variable that is set to nothing counts as not set, as OpenTelemetry has it.
    fn text(&self, name: &'static str) -> Result<Option<String>, Refused> {
        let Some(value) = (self.lookup)(name) else { return Ok(None) };
        let value = value.into_string();
        let value = value.map_err(|_| Refused::hiding("not text (not shown)", "text in UTF-8"))?;
        Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty()))
    }

    pub(super) fn refuse(&self, mistake: ConfigError) {
        self.mistakes.borrow_mut().add(mistake);
    }

    /// What was made of them, if there was no mistake.
    pub(crate) fn accept<T>(self, read: T) -> Result<T, ConfigError> {
        self.mistakes.into_inner().none().map(|()| read)
    }
}
