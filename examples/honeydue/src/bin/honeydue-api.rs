//! The API. Where jobs wait in the process, it does them as well.

use std::process::ExitCode;

use honeydue::config::JobsConfig;
use honeydue::error::StartError;
use honeydue::jobs;
use honeydue::process::{self, Process};

#[tokio::main]
async fn main() -> ExitCode {
    process::run("honeydue-api", "The API of honeydue, over HTTP.", work).await
}

async fn work(process: &Process) -> Result<(), StartError> {
    let serving = process.serve(process.app.clone().router(&process.telemetry));
    if matches!(process.config.jobs, JobsConfig::InProcess) {
        let working = jobs::work(process.app.clone(), &process.telemetry, process.stop.cancelled());
        tokio::try_join!(serving, async {
            working.await;
            Ok(())
        })?;
    } else {
        serving.await?;
    }
    Ok(())
}
