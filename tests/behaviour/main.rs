//! The whole path of a call, seen as its users see it: the span tree, the metrics, the wire.

mod app;
mod concurrency;
mod config;
mod context;
mod http;
mod outcomes;
mod wire;
