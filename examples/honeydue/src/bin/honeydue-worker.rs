//! The worker: it does the jobs that the API enqueues, and those that the clock asks for. It listens for `/metrics` and health
//! checks alone.

use std::process::ExitCode;

use axum::Router;
use honeydue::config::JobsConfig;
use honeydue::jobs;
use honeydue::process::{Process, StartError, report};

#[tokio::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), StartError> {
    let process = Process::start("honeydue-worker").await?;
    if matches!(process.config.jobs, JobsConfig::InProcess) {
        return Err("JOBS_URL is not set: without it honeydue-api does its jobs itself".into());
    }
    let router = Router::new().merge(process.telemetry.routes());
    let working = async {
        jobs::work(process.app.clone(), &process.telemetry, process.stop.cancelled()).await;
        Ok(())
    };
    tokio::try_join!(process.serve(router), working)?;
    process.end().await;
    Ok(())
}
