//! What a handle is made by: the settings of code and of the environment, which of them holds, and how they are shown.

mod checked;
mod compression;
mod effective;
mod endpoint;
mod error;
mod headers;
mod limits;
mod otlp;
mod propagators;
mod protocol;
mod resource;
mod sampler;
mod setting;
mod settings;
mod target;
mod token;
mod values;
mod variables;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::time::Duration;

pub(super) use self::checked::Checked;
pub use self::effective::Configuration;
#[cfg(feature = "otlp-logs")]
pub(super) use self::endpoint::logs_url;
pub(super) use self::endpoint::without_secrets;
pub use self::error::ConfigError;
#[cfg(feature = "logs")]
pub(crate) use self::error::Refused;
pub use self::limits::SpanLimits;
pub use self::otlp::Otlp;
pub use self::propagators::Propagators;
pub(super) use self::setting::Setting;
pub(super) use self::settings::Settings;

#[cfg(feature = "logs")]
pub(crate) use self::values::switch;
#[cfg(feature = "logs")]
pub(crate) use self::variables::DEBUG;
pub(crate) use self::variables::Variables;

use self::limits::Limits;
use self::target::Target;
use self::variables::{DISABLED, PROPAGATORS, RESOURCE_ATTRIBUTES, SCHEDULE_DELAY, SERVICE_NAME};
use super::Sampler;

/// What the environment says.
pub(super) struct Environment {
    disabled: Option<Setting<bool>>,
    service_name: Option<Setting<String>>,
    resource: Option<Setting<Vec<(String, String)>>>,
    sampler: Option<Setting<Sampler>>,
    limits: Limits,
    propagators: Option<Setting<Propagators>>,
    export_interval: Option<Setting<Duration>>,
    target: Target,
}

impl Environment {
    /// Reads the variables through `lookup`; all of them, so that a mistake shows whatever else is set.
    pub(super) fn read(
        lookup: &dyn Fn(&'static str) -> Option<OsString>,
    ) -> Result<Environment, ConfigError> {
        let variables = Variables::new(lookup);
        let environment = Environment {
            disabled: variables.one(DISABLED, values::boolean),
            service_name: variables.one(SERVICE_NAME, |name| Ok(name.to_owned())),
            resource: variables.one(RESOURCE_ATTRIBUTES, resource::attributes),
            sampler: sampler::read(&variables),
            limits: Limits::read(&variables),
            propagators: variables.one(PROPAGATORS, Propagators::parse),
            export_interval: variables.one(SCHEDULE_DELAY, values::millis),
            target: Target::read(&variables),
        };
        variables.accept(environment)
    }
}
