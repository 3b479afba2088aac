//! `honeydue demo`: the API and the worker on embedded defaults, and what spanweave sees of them.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
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
        Command::Demo => process::report(demo::run().await),
    }
}
