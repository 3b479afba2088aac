//! What both processes do when they start and when they are asked to stop.

use std::error::Error;
use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use spanweave::Telemetry;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::Config;

/// What can go wrong before a process runs. It is printed with its causes.
pub type StartError = Box<dyn Error + Send + Sync>;

/// What requests that are under way, and then the export, have left when the process is asked to stop: together less than
/// supervisors wait before they kill.
const TIME_TO_STOP: Duration = Duration::from_secs(4);

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
    /// Reads the environment, starts telemetry and the log, and connects to everything.
    ///
    /// # Errors
    ///
    /// A variable cannot be used, or something cannot be reached.
    pub async fn start(service: &'static str) -> Result<Process, StartError> {
        let telemetry = Telemetry::builder().service_name(service).env()?.build()?;
        telemetry.install();
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
    /// The address cannot be listened on.
    pub async fn serve(&self, router: Router) -> Result<(), StartError> {
        let address = self.config.listen;
        let listening = TcpListener::bind(address).await;
        let listener = listening.map_err(|error| format!("LISTEN_ADDR {address}: {error}"))?;
        tracing::info!(address = %listener.local_addr()?, "listening");
        serve_on(listener, router, self.stop.clone()).await;
        Ok(())
    }

    /// Exports what waits.
    pub async fn end(self) {
        let telemetry = self.telemetry;
        let exporting = tokio::task::spawn_blocking(move || telemetry.shutdown(TIME_TO_STOP));
        if !exporting.await.unwrap_or(false) {
            eprintln!("there was no time to export all spans");
        }
    }
}

/// Serves until told to stop; clients that do not hang up are left then.
pub async fn serve_on(listener: TcpListener, router: Router, stop: CancellationToken) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let mut serving = tokio::spawn(serving.into_future());
    tokio::select! {
        _ = &mut serving => {}
        () = async { stop.cancelled().await; tokio::time::sleep(TIME_TO_STOP).await; } => serving.abort(),
    }
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
pub fn report(result: Result<(), StartError>) -> std::process::ExitCode {
    let Err(error) = result else { return std::process::ExitCode::SUCCESS };
    eprint!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprint!(": {error}");
        cause = error.source();
    }
    eprintln!();
    std::process::ExitCode::from(2)
}
