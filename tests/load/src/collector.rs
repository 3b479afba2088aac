//! A collector that says how many spans it has accepted when it is told to stop.
//!
//! `load-collector ADDRESS`

use std::env;
use std::error::Error;
use std::time::Duration;

use spanweave::testing::OtlpReceiver;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).ok_or("usage: load-collector ADDRESS")?;
    let mut stop = signal(SignalKind::terminate())?;
    let receiver = OtlpReceiver::start_at(address.parse()?)?;
    let mut accepted = 0;
    // They are counted, and not kept: there are a lot of them.
    while tokio::time::timeout(Duration::from_millis(100), stop.recv()).await.is_err() {
        accepted += receiver.take().len();
    }
    println!("{}", accepted + receiver.stop().len());
    Ok(())
}
