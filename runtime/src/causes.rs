//! An error, and what caused it.

use std::error::Error;
use std::iter::successors;

/// How many of them are looked at: an error may be its own cause.
const MAX: usize = 16;

/// The error itself first.
pub(crate) fn causes<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(Some(error), |&error| error.source()).take(MAX)
}
