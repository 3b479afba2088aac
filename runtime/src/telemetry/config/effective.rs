//! The settings of a handle as text.

use std::borrow::Cow;
use std::fmt::{self, Display};

use super::endpoint::without_secrets;
use super::error::on_one_line;
use super::otlp::Otlp;
use super::setting::{Origin, Setting};
use super::settings::Settings;
use super::{compression, protocol};
use crate::telemetry::otlp::TokenSource;

const MASKED: &str = "***";

/// What a handle was made by: a line for each setting, with its value and who set it. Tokens and the values of headers
/// are masked, and so is what a URL has after its path, or before its host.
///
/// ```
/// let telemetry = spanweave::Telemetry::builder().sampling_ratio(0.25).build()?;
/// let configuration = telemetry.configuration().to_string();
/// assert!(configuration.contains("sampler = parentbased_traceidratio 0.25 (code)\n"));
/// assert!(configuration.contains("propagators = tracecontext,baggage (default)\n"));
/// # Ok::<(), spanweave::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Configuration(Vec<Line>);

#[derive(Clone)]
struct Line {
    name: Cow<'static, str>,
    value: String,
    origin: Origin,
}

impl Configuration {
    pub(in crate::telemetry) fn of(settings: &Settings, exporters: usize) -> Configuration {
        let mut lines = Configuration(Vec::new());
        lines.setting("disabled", &settings.disabled);
        lines.setting("service_name", &settings.shown_service_name());
        for Setting { value: (key, value), origin } in settings.resource_attributes() {
            lines.add(format!("resource.{key}"), value, *origin);
        }
        match &settings.otlp {
            Setting { value: Some(otlp), .. } => lines.otlp(otlp),
            Setting { value: None, origin } => {
                lines.add("otlp", settings.not_exported.unwrap_or("none"), *origin);
            }
        }
        let of_exporters = if exporters == 0 { Origin::Default } else { Origin::Code };
        lines.add("other_exporters", exporters, of_exporters);
        lines.debug("export_interval", &settings.export_interval);
        lines.setting("queue_bytes", &settings.queue_bytes);
        lines.setting("retry_backoff", &settings.backoff);
        lines.setting("sampler", &settings.sampler);
        lines.setting("keep", &settings.keep);
        lines.setting("limits.attributes", &settings.limits.attributes);
        let Setting { value: length, origin } = settings.limits.attribute_length;
        lines.add(
            "limits.attribute_length",
            length.map_or("any".to_owned(), |most| most.to_string()),
            origin,
        );
        lines.setting("limits.events", &settings.limits.events);
        lines.setting("propagators", &settings.propagators);
        lines.debug("sql", &settings.sql);
        lines
    }

    fn otlp(&mut self, otlp: &Otlp) {
        self.add("otlp.url", without_secrets(&otlp.url.value), otlp.url.origin);
        self.add("otlp.protocol", protocol::name(otlp.protocol.value), otlp.protocol.origin);
        if let Some(Setting { value: token, origin }) = &otlp.token {
            match token {
                TokenSource::Fixed(_) => self.add("otlp.token", MASKED, *origin),
                TokenSource::File(path) => self.add("otlp.token_file", path.display(), *origin),
            }
        }
        for Setting { value: (name, _), origin } in &otlp.headers {
            self.add(format!("otlp.header.{name}"), MASKED, *origin);
        }
        self.debug("otlp.timeout", &otlp.timeout);
        self.add("otlp.compression", compression::name(otlp.gzip.value), otlp.gzip.origin);
    }

    fn setting(&mut self, name: &'static str, setting: &Setting<impl Display>) {
        self.add(name, &setting.value, setting.origin);
    }

    fn debug(&mut self, name: &'static str, setting: &Setting<impl fmt::Debug>) {
        self.add(name, format_args!("{:?}", setting.value), setting.origin);
    }

    fn add(&mut self, name: impl Into<Cow<'static, str>>, value: impl Display, origin: Origin) {
        self.0.push(Line { name: name.into(), value: value.to_string(), origin });
    }
}

impl Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Line { name, value, origin } in &self.0 {
            writeln!(f, "{} = {} ({origin})", on_one_line(name), on_one_line(value))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}
