//! What an event says: where it comes from, and its fields.

use std::borrow::Cow;

use tracing::{Event, Metadata};

use super::fields::Fields;

/// An event's place in the source. A record of the crate `log`, which `tracing-log` made an event of its own, has it among its
/// fields.
pub(super) struct Said<'e> {
    event: &'e Event<'e>,
    record: Option<Metadata<'e>>,
}

impl<'e> Said<'e> {
    pub(super) fn by(event: &'e Event<'e>) -> Said<'e> {
        #[cfg(feature = "log")]
        let record = tracing_log::NormalizeEvent::normalized_metadata(event);
        #[cfg(not(feature = "log"))]
        let record = None;
        Said { event, record }
    }

    pub(super) fn metadata(&self) -> &Metadata<'e> {
        self.record.as_ref().unwrap_or_else(|| self.event.metadata())
    }

    pub(super) fn target(&self) -> Cow<'static, str> {
        match &self.record {
            Some(record) => record.target().to_owned().into(),
            None => self.event.metadata().target().into(),
        }
    }

    /// All but the place; texts are bounded as [`Fields::collect`] has it.
    pub(super) fn fields(&self, bytes: usize) -> Fields {
        let mut fields = Fields::collect(bytes, |fields| self.event.record(fields));
        if self.record.is_some() {
            fields.values.retain(|(key, _)| !key.starts_with("log."));
        }
        fields
    }
}
