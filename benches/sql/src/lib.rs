//! What the SQL benches share and no version of sqlx is in: how statements are measured, and the server they run on.
#![allow(
    missing_docs,
    clippy::cast_precision_loss,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "an unpublished crate that only its own benches use, and whose counts are shown, not counted with"
)]

pub mod contender;
pub mod figures;
pub mod load;
#[path = "../../src/measure.rs"]
pub mod measure;
pub mod postgres;
pub mod run;
pub mod turns;
