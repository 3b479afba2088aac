//! Hosts, as far as they are shown.

/// The most bytes of a name of the DNS as text. A longer one is not shown.
pub(crate) const MAX_LENGTH: usize = 253;
