//! Why a handle exports no traces, and how that is said.

use super::config::Settings;

/// Why spans go nowhere.
#[derive(Clone, Copy)]
pub(super) enum Silence {
    Disabled,
    /// The environment was asked, and this is what it lacks.
    Lacks(&'static str),
}

impl Silence {
    /// `None` where there is an export, over OTLP or to so many exporters beside it, or nobody asked the environment for one.
    pub(super) fn of(settings: &Settings, exporters: usize) -> Option<Silence> {
        if settings.disabled.value {
            Some(Silence::Disabled)
        } else if settings.otlp.value.is_none() && exporters == 0 {
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
