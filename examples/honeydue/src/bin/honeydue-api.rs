//! The API. Where jobs wait in the process, it does them as well.

use std::process::ExitCode;

use honeydue::config::JobsConfig;
use honeydue::jobs;
use honeydue::process::{Process, StartError, report};

#[tokio::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), StartError> {
    let process = Process::start("honeydue-api").await?;
    let does_jobs = matches!(process.config.jobs, JobsConfig::InProcess);
    let working = async {
        if does_jobs {
            jobs::work(process.app.clone(), &process.telemetry, process.stop.cancelled()).await;
        }
        Ok(())
    };
    let router = process.app.clone().router(&process.telemetry);
    tokio::try_join!(process.serve(router), working)?;
    process.end().await;
    Ok(())
}
