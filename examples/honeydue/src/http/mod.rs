//! What all routes have in common.

mod input;
mod page;

pub(crate) use input::MAX_JSON_BYTES;
pub use input::{Input, PathId};
pub use page::{Page, PageQuery};
