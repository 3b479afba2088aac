//! A backend for home maintenance: residences, what is to be done in them, who does it, their documents, and reminders that
//! are pushed to telephones.
//!
//! Each folder is a part of the business: its `routes` call its `service`, which calls its `repository`, which runs
//! SQL. What is traced and measured comes from the attributes on their impl blocks; the rest of what
//! mentions telemetry is where it is joined to the router ([`app`]), to the workers ([`jobs`]) and to the process ([`process`]), the
//! class of each error, and what a few methods note of their own: the user of a request, and sizes and reasons.

pub mod app;
pub mod auth;
pub mod config;
pub mod contractors;
pub mod database;
pub mod demo;
pub mod documents;
pub mod error;
pub mod http;
pub mod jobs;
pub mod notifications;
pub mod process;
pub mod push;
pub mod residences;
pub mod storage;
pub mod subscriptions;
pub mod tasks;
pub mod time;
