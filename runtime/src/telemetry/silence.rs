//! Why a handle exports no traces, and how that is said.

use super::config::Settings;

/// Why nothing goes over OTLP.
#[derive(Clone, Copy)]
pub(super) enum Silence {
    Disabled,
    /// The environment was asked, and this is what it lacks.
    Lacks(&'static str),
}

impl Silence {
    /// `None` where there is an export over OTLP, or nobody asked the environment for one.
    pub(super) fn of(settings: &Settings) -> Option<Silence> {
        if settings.disabled.value {
            Some(Silence::Disabled)
        } else if settings.otlp.is_none() {
            settings.not_exported.map(Silence::Lacks)
        } else {
            None
        }
    }

    pub(super) fn say(self) {
        match self {
            Silence::Disabled => tracing::info!(
                "traces are neither recorded nor exported, because telemetry is disabled; metrics work"
            ),
            Silence::Lacks(reason) => {
                tracing::info!("traces are not exported, because {reason}; metrics work");
            }
        }
    }
}
