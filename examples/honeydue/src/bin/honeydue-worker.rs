//! The worker: it does the jobs that the API enqueues, and those that the clock asks for. It listens for `/metrics` and health
//! checks alone.

use std::process::ExitCode;

use axum::Router;
use honeydue::config::JobsConfig;
use honeydue::error::StartError;
use honeydue::jobs;
use honeydue::process::{self, Process};

#[tokio::main]
async fn main() -> ExitCode {
    process::run("honeydue-worker", "Does the jobs that honeydue-api enqueues.", work).await
}

async fn work(process: &Process) -> Result<(), StartError> {
    if matches!(process.config.jobs, JobsConfig::InProcess) {
        return Err("JOBS_URL is not set: without it honeydue-api does its jobs itself".into());
    }
    let serving = process.serve(Router::new().merge(process.telemetry.routes()));
    let working = jobs::work(process.app.clone(), &process.telemetry, process.stop.cancelled());
    tokio::try_join!(serving, async {
        working.await;
        Ok(())
    })?;
    Ok(())
}
