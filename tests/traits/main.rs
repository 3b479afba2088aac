//! Traits and their implementations, in every form that they are written in: what a call returns, its spans, its outcome.
#![allow(clippy::unused_self, reason = "the repositories stand for some that have a pool")]

mod async_trait_form;
mod async_trait_forms;
mod async_trait_shapes;
mod bounds;
mod boxed;
mod common;
mod declared;
mod ends;
mod fields;
mod forwarding;
mod instrumented;
mod macros;
mod mocks;
mod native;
mod other_crate;
mod others_attributes;
mod provided_forms;
mod renamed_self;
mod spawned;
mod targets;
mod warnings;
