//! The log of the whole process: its subscriber, and its panics.

use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

#[cfg(feature = "log")]
use super::bridge;
use super::{Logs, panics};
use crate::telemetry::ConfigError;

impl Logs {
    /// Whether panics are logged: an `error` of the target `panic` with the place in the source, in the context that the panic
    /// happens in. Off by default. It holds for the process, from where the log is [installed](Logs::install) on; the hook that was
    /// there, by default that which writes to standard error, is called as well, afterwards.
    ///
    /// ```
    /// let telemetry = spanweave::Telemetry::builder().build()?;
    /// telemetry.logs().panics(true).install()?;
    /// # Ok::<(), spanweave::ConfigError>(())
    /// ```
    pub fn panics(mut self, on: bool) -> Self {
        self.panics = on;
        self
    }

    /// Whether the line of a panic has its message, as `exception.message`; off by default, as there may be anybody's data in it.
    pub fn panic_messages(mut self, on: bool) -> Self {
        self.panic_messages = on;
        self
    }

    /// Makes it the process' own log; with the feature `log`, of what crates log with the crate `log`, too. It begins with what was said when the handle was built: why traces are not exported, if
    /// they are not, and at `debug` the configuration.
    ///
    /// # Errors
    /// When a subscriber was installed before, or the thread cannot be started.
    pub fn install(self) -> Result<(), ConfigError> {
        let telemetry = self.telemetry.clone();
        let (panics, panic_messages) = (self.panics, self.panic_messages);
        let subscriber = Registry::default().with(self.layer()?);
        tracing::subscriber::set_global_default(subscriber).map_err(|_| ConfigError::SubscriberInstalled)?;
        #[cfg(feature = "log")]
        bridge::install();
        if panics {
            panics::log_all(panic_messages);
        }
        // It was said when the handle was built, and nobody listened.
        telemetry.introduce();
        Ok(())
    }
}
