//! The layer that writes a line for every event.

use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::line::{self, MAX_TEXT};
use super::own_threads::is_noise;
use super::queue::Lines;
use super::said::Said;
use crate::ctx::Ctx;

/// Writes every event that reaches it as a line, with the ids of the current context.
pub(super) struct JsonLines(pub(super) Lines);

impl<S: Subscriber> Layer<S> for JsonLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if is_noise(event.metadata()) {
            return;
        }
        let said = Said::by(event);
        self.0.push(&line::json(said.metadata(), &said.fields(MAX_TEXT), Ctx::current()));
    }
}
