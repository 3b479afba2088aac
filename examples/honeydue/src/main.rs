//! `honeydue demo`: the API and the worker on embedded defaults, and what spanweave sees of them.

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use honeydue::error::StartError;
use honeydue::{demo, process};

#[derive(Parser)]
#[command(name = "honeydue", about = "A backend for home maintenance, traced.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the API and the worker on free ports, drives a scenario over HTTP, and prints its traces.
    Demo,
}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Demo => process::report(demo::run().await.or_else(unless_nobody_reads)),
    }
}

/// Whoever has read enough, as `head` has, closes the pipe.
fn unless_nobody_reads(error: StartError) -> Result<(), StartError> {
    let kind = error.downcast_ref().map(io::Error::kind);
    if kind == Some(io::ErrorKind::BrokenPipe) { Ok(()) } else { Err(error) }
}
