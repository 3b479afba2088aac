//! Everything that can be set, with the order in which it holds.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_semantic_conventions::attribute::SERVICE_NAME;
use opentelemetry_semantic_conventions::resource::{
    TELEMETRY_SDK_LANGUAGE, TELEMETRY_SDK_NAME, TELEMETRY_SDK_VERSION,
};

use super::Environment;
use super::limits::SpanLimits;
use super::otlp::Otlp;
use super::propagators::Propagators;
use super::setting::Setting;
use crate::sql::SqlOptions;
use crate::telemetry::export::Backoff;
use crate::telemetry::{Keep, Sampler};

const UNKNOWN: &str = "unknown_service";
/// How long an ended trace waits at most before it is exported.
const EXPORT_INTERVAL: Duration = Duration::from_millis(500);
/// What the queue of each exporter may take in memory.
const QUEUE_BYTES: usize = 64 << 20;

/// Who makes the spans, by which backends tell the language of a service.
const SDK: [(&str, &str); 3] = [
    (TELEMETRY_SDK_NAME, env!("CARGO_PKG_NAME")),
    (TELEMETRY_SDK_LANGUAGE, "rust"),
    (TELEMETRY_SDK_VERSION, env!("CARGO_PKG_VERSION")),
];

/// What a builder has been told so far.
#[derive(Debug)]
pub(in crate::telemetry) struct Settings {
    pub(in crate::telemetry) disabled: Setting<bool>,
    pub(in crate::telemetry) service_name: Setting<Option<String>>,
    pub(in crate::telemetry) resource: Vec<Setting<(String, String)>>,
    pub(in crate::telemetry) otlp: Setting<Option<Otlp>>,
    /// Why the environment has no export, where it was asked.
    pub(in crate::telemetry) not_exported: Option<&'static str>,
    pub(in crate::telemetry) export_interval: Setting<Duration>,
    pub(in crate::telemetry) queue_bytes: Setting<usize>,
    pub(in crate::telemetry) backoff: Setting<Backoff>,
    pub(in crate::telemetry) sampler: Setting<Sampler>,
    pub(in crate::telemetry) keep: Setting<Keep>,
    pub(in crate::telemetry) limits: SpanLimits,
    pub(in crate::telemetry) propagators: Setting<Propagators>,
    pub(in crate::telemetry) sql: Setting<SqlOptions>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            disabled: Setting::default(),
            service_name: Setting::default(),
            resource: Vec::new(),
            otlp: Setting::default(),
            not_exported: None,
            export_interval: Setting::of_default(EXPORT_INTERVAL),
            queue_bytes: Setting::of_default(QUEUE_BYTES),
            backoff: Setting::default(),
            sampler: Setting::default(),
            keep: Setting::default(),
            limits: SpanLimits::default(),
            propagators: Setting::default(),
            sql: Setting::default(),
        }
    }
}

impl Settings {
    /// What was set so far gives way to what the environment says.
    pub(in crate::telemetry) fn give_way(&mut self, to: Environment) {
        self.disabled.give_way(to.disabled);
        let resource = to.resource.into_iter().flat_map(|Setting { value: attributes, origin }| {
            attributes.into_iter().map(move |value| Setting { value, origin })
        });
        let resource: Vec<_> = resource.collect();
        let name = to.service_name.or_else(|| service_name_in(&resource));
        self.service_name.give_way(name.map(|name| Setting { value: Some(name.value), origin: name.origin }));
        self.resource.extend(resource);
        let sampler = to.sampler.map(|Setting { value, origin }| {
            // The environment knows no single roots.
            Setting { value: value.with_roots_of(&self.sampler.value), origin }
        });
        self.sampler.give_way(sampler);
        to.limits.apply(&mut self.limits);
        self.propagators.give_way(to.propagators);
        self.export_interval.give_way(to.export_interval);
        self.not_exported = to.target.apply(&mut self.otlp);
    }

    /// The attributes of the resource, without the service's name. Of a key that is set twice, the last one holds.
    pub(super) fn resource_attributes(&self) -> impl Iterator<Item = &Setting<(String, String)>> {
        self.resource.iter().enumerate().filter_map(move |(index, attribute)| {
            let is_last = self.resource[index + 1..].iter().all(|later| later.value.0 != attribute.value.0);
            (is_last && attribute.value.0 != SERVICE_NAME).then_some(attribute)
        })
    }

    /// What all spans have in common.
    pub(in crate::telemetry) fn resource(&self) -> Resource {
        let attributes = self.resource_attributes().map(|attribute| attribute.value.clone());
        let name = KeyValue::new(SERVICE_NAME, self.shown_service_name().value);
        let attributes = attributes.map(|(key, value)| KeyValue::new(key, value)).chain([name]);
        let of_sdk = SDK.map(|(key, value)| KeyValue::new(key, value));
        Resource::builder_empty().with_attributes(of_sdk).with_attributes(attributes).build()
    }

    /// The name that holds.
    pub(super) fn shown_service_name(&self) -> Setting<String> {
        let Setting { value, origin } = &self.service_name;
        Setting { value: value.clone().unwrap_or_else(|| UNKNOWN.to_owned()), origin: *origin }
    }
}

fn service_name_in(resource: &[Setting<(String, String)>]) -> Option<Setting<String>> {
    let named = resource.iter().rfind(|attribute| attribute.value.0 == SERVICE_NAME)?;
    Some(Setting { value: named.value.1.clone(), origin: named.origin })
}
