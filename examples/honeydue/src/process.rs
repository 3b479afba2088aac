//! What both processes do when they start and when they are asked to stop.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use spanweave::Telemetry;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::Config;
use crate::error::StartError;

/// What requests and jobs that are under way, and then the export, have left when the process is asked to stop: together less than
/// supervisors wait before they kill.
pub(crate) const TIME_TO_STOP: Duration = Duration::from_secs(4);

/// A process that has started.
pub struct Process {
    /// What the environment says.
    pub config: Config,
    /// Its telemetry, which is installed.
    pub telemetry: Telemetry,
    /// Its services.
    pub app: App,
    /// Is cancelled when the process is asked to stop.
    pub stop: CancellationToken,
}

impl Process {
    /// Starts the log, reads the environment, and connects to everything.
    async fn start(telemetry: Telemetry) -> Result<Process, StartError> {
        telemetry.logs().env()?.install()?;
        let config = Config::from_env()?;
        let app = App::connect(&config, &telemetry).await?;
        let stop = CancellationToken::new();
        tokio::spawn(cancel_when_asked(stop.clone()));
        Ok(Process { config, telemetry, app, stop })
    }

    /// Serves until the process is asked to stop.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on, or the server ended in another way than it should.
    pub async fn serve(&self, router: Router) -> Result<(), StartError> {
        let address = self.config.listen;
        let listening = TcpListener::bind(address).await;
        let listener = listening.map_err(|error| format!("LISTEN_ADDR {address}: {error}"))?;
        tracing::info!(address = %listener.local_addr()?, "listening");
        serve_on(listener, router, self.stop.clone()).await
    }
}

/// Has a process do its work; what it ends with is [reported](report). It takes no arguments but `--help`, which says
/// what it is about.
pub async fn run(
    service: &'static str,
    about: &'static str,
    work: impl AsyncFnOnce(&Process) -> Result<(), StartError>,
) -> ExitCode {
    let command = clap::Command::new(service).about(about);
    command
        .after_help("What it does is set by its environment: examples/honeydue/README.md has the variables.")
        .get_matches();
    let done = async {
        let telemetry = Telemetry::builder().service_name(service).env()?.build()?;
        telemetry.install();
        // It is as large as all that it starts.
        let working = Box::pin(async { work(&Process::start(telemetry.clone()).await?).await });
        exporting(&telemetry, working).await
    };
    report(done.await)
}

/// Does something and exports what waits then, whatever came of it.
async fn exporting<T>(telemetry: &Telemetry, work: impl Future<Output = T>) -> T {
    let done = work.await;
    let telemetry = telemetry.clone();
    let exporting = tokio::task::spawn_blocking(move || telemetry.shutdown(TIME_TO_STOP));
    if !exporting.await.unwrap_or(false) {
        eprintln!("there was no time to export all spans");
    }
    done
}

/// Serves until told to stop; clients that do not hang up are left then.
///
/// # Errors
///
/// The server ended before, or panicked.
pub async fn serve_on(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> Result<(), StartError> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let mut serving = tokio::spawn(serving.into_future());
    tokio::select! {
        ended = &mut serving => ended??,
        () = async { stop.cancelled().await; tokio::time::sleep(TIME_TO_STOP).await; } => serving.abort(),
    }
    Ok(())
}

/// Waits for Ctrl-C, or for the SIGTERM of whoever supervises the process.
async fn cancel_when_asked(stop: CancellationToken) {
    let asked = async {
        #[cfg(unix)]
        {
            let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            tokio::select! {
                _ = terminate.recv() => Ok(()),
                interrupted = tokio::signal::ctrl_c() => interrupted,
            }
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await
    };
    if let Err(error) = asked.await {
        tracing::error!(%error, "signals cannot be waited for");
    }
    stop.cancel();
}

/// What a process ends with: the error, and why, on standard error.
pub fn report(result: Result<(), StartError>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprint!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprint!(": {error}");
        cause = error.source();
    }
    eprintln!();
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use spanweave::Telemetry;
    use spanweave::testing::KeptSpans;

    use super::exporting;

    #[tokio::test]
    async fn what_waits_is_exported_although_the_work_failed() {
        let kept = KeptSpans::new();
        let builder = Telemetry::builder().exporter(kept.clone()).export_interval(Duration::from_hours(1));
        let telemetry = builder.sampling_ratio(1.0).build().unwrap();
        let done = exporting(&telemetry, async {
            telemetry.root("work").run(async {}).await;
            Err::<(), _>("on purpose")
        });
        assert_eq!(done.await, Err("on purpose"));
        assert_eq!(kept.spans().len(), 1);
    }
}
