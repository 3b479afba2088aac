//! What all routes have in common.

mod client_address;
mod edge;
mod input;
mod page;
mod params;
mod text;

pub use client_address::{ClientAddress, TrustedProxies};
pub(crate) use edge::{at_most, no_such_page, panic_as_problem, within, wrong_method};
pub(crate) use input::MAX_JSON_BYTES;
pub use input::{Input, PathId};
pub use page::{Page, PageQuery};
pub use params::Params;
pub(crate) use text::{line, lines};
