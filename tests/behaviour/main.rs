//! The whole path of a call, seen as its users see it: the span tree, the metrics, the wire.
#![allow(clippy::unused_self, reason = "the repositories stand for some that have a pool")]

mod app;
mod clients;
mod concurrency;
mod config;
mod context;
mod delivery;
mod elsewhere;
mod export;
mod exposition;
mod family;
mod http;
mod http_client;
mod keep;
mod log;
mod logs;
mod metrics;
mod otel;
mod outcomes;
mod propagation;
mod scrape;
mod sources;
mod testing;
mod tls;
mod wire;
