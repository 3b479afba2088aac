//! The demonstration: both processes in one, on embedded defaults, and real requests.

mod client;
mod scenario;
mod traces;
mod vendor;

use std::io::{self, Write};
use std::time::Duration;

use spanweave::Telemetry;
use spanweave::testing::KeptSpans;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::scenario::Scenario;
use self::traces::Traces;
use self::vendor::Vendor;
use crate::app::App;
use crate::config::Config;
use crate::error::StartError;
use crate::jobs;
use crate::process::serve_on;

/// Runs it.
///
/// # Errors
///
/// Something could not be started, or did not go as it should.
pub async fn run() -> Result<(), StartError> {
    let folder = tempfile::tempdir()?;
    let vendor = Vendor::start().await?;
    let stop = CancellationToken::new();
    let kept = KeptSpans::new();
    let [api, worker] = [telemetry("honeydue-api", &kept)?, telemetry("honeydue-worker", &kept)?];
    api.install();
    api.logs().level(tracing::level_filters::LevelFilter::ERROR).install()?;

    let config = Config::from_variables(|name| variable(name, &folder, &vendor))?;
    let app = App::connect(&config, &api).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let serving = tokio::spawn(serve_on(listener, app.clone().router(&api), stop.clone()));
    let working = tokio::spawn({
        let (app, worker, stop) = (app.clone(), worker.clone(), stop.clone());
        async move { jobs::work(app, &worker, stop.cancelled()).await }
    });

    writeln!(
        io::stdout(),
        "The API listens on {url}; the worker has the same queue. Here is what spanweave sees of both.\n"
    )?;
    let traces = Traces { api: api.clone(), worker: worker.clone(), kept };
    Scenario { url: url.clone(), database: app.pool.clone(), vendor: &vendor, traces: &traces }.run().await?;
    traces.print_methods()?;
    io::stdout().write_all(NEXT_STEPS.as_bytes())?;

    stop.cancel();
    serving.await??;
    working.await?;
    Ok(())
}

/// A handle of a process. Every trace is kept, so that it can be shown.
fn telemetry(service: &'static str, kept: &KeptSpans) -> Result<Telemetry, StartError> {
    let builder = Telemetry::builder().service_name(service).exporter(kept.clone()).env()?;
    Ok(builder.sampling_ratio(1.0).export_interval(Duration::from_millis(20)).build()?)
}

/// What the environment would say.
fn variable(name: &str, folder: &TempDir, vendor: &Vendor) -> Option<String> {
    let path = |file: &str| folder.path().join(file).display().to_string();
    match name {
        "DATABASE_URL" => Some(format!("sqlite://{}?mode=rwc", path("honeydue.db"))),
        "STORAGE_FOLDER" => Some(path("documents")),
        "APNS_URL" => Some(vendor.url().to_owned()),
        "APNS_KEY" => Some(vendor.key().to_owned()),
        "APNS_KEY_ID" => Some("DEMOKEY123".to_owned()),
        "APNS_TEAM_ID" => Some("DEMOTEAM12".to_owned()),
        "APNS_TOPIC" => Some("com.example.honeydue".to_owned()),
        _ => None,
    }
}

const NEXT_STEPS: &str = "\
How to go on:

    cargo run -p honeydue --bin honeydue-api        stays, on http://127.0.0.1:8000; /metrics has the numbers
    JOBS_URL=redis://127.0.0.1/ with the line above, and with `--bin honeydue-worker` and another LISTEN_ADDR
                                                    two processes, one trace
    OBS_TRACES_URL=http://localhost:4318/v1/traces OBS_INGEST_TOKEN=any
                                                    with any of them: the traces are exported over OTLP/HTTP
    examples/honeydue/README.md                     routes, variables, where what is
";
