//! Configures telemetry from the environment, makes one trace, and exits: 0 when it could start, 2 when not.

use std::process::ExitCode;
use std::time::Duration;

use spanweave::{Telemetry, traced_service};

struct Greeter {
    polite: bool,
}

#[traced_service]
impl Greeter {
    pub async fn greet(&self) -> Result<(), &'static str> {
        if self.polite { Ok(()) } else { Err("rude") }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    let builder = Telemetry::builder().service_name("greeter").sampling_ratio(1.0);
    let telemetry = match builder.env().and_then(spanweave::TelemetryBuilder::build) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    telemetry
        .root("greeting")
        .run(async {
            let _ok = Greeter { polite: true }.greet().await;
            let _failed = Greeter { polite: false }.greet().await;
        })
        .await;
    let flushed = tokio::task::spawn_blocking(move || telemetry.shutdown(Duration::from_secs(10))).await;
    println!("flushed: {flushed:?}");
    ExitCode::SUCCESS
}
