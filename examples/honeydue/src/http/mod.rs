//! What all routes have in common.

mod input;
mod page;

pub use input::{Input, PathId};
pub use page::{Page, PageQuery};
