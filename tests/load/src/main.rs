//! The application under load: `PostgreSQL`, the API, the worker and a collector as processes, and 64 connections of 50 users.
//!
//! `load [SECONDS]`, a minute if nothing is said, of which the first sixth warms up. In the middle the database is restarted; after
//! two thirds the collector is gone for a while. `PG_BIN` names the folder of `PostgreSQL`'s programs. It fails if a process
//! has ended, if a health check was not answered within a second, if memory or files have grown, or if what the clients counted
//! is not what the metrics say.

mod account;
mod client;
mod metrics;
mod postgres;
mod probe;
mod process;
mod system;
mod tally;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, io};

use account::Account;
use client::Client;
use metrics::Metrics;
use probe::{Health, probe};
use system::System;
use tally::Tally;
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

const USERS: usize = 50;
const CONNECTIONS: usize = 64;
/// How long what is left to do may take when the load is over: an interrupted job waits for half a minute.
const TIME_TO_DRAIN: Duration = Duration::from_mins(2);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<bool, Box<dyn Error>> {
    let seconds = env::args().nth(1).map_or(Ok(60), |seconds| seconds.parse())?;
    let programs = env::var_os("PG_BIN").ok_or("PG_BIN does not name the folder of PostgreSQL's programs")?;
    let logs = env::current_exe()?.with_file_name("load-logs");
    let mut system = System::start(&PathBuf::from(programs), &logs).await?;

    let stop_probing = CancellationToken::new();
    let probing = [&system.api_url, &system.worker_url]
        .map(|url| tokio::spawn(probe(url.clone(), stop_probing.clone())));
    let mut load = Load::start(&system.api_url, Duration::from_secs(seconds)).await?;
    let warm = load.run(&mut system).await?;
    let tally = load.end().await?;
    drain(&system).await?;
    stop_probing.cancel();
    let mut health = Vec::new();
    for probing in probing {
        health.push(probing.await??);
    }

    tell(&load.phases, &tally, &health);
    let alive = system.api.is_alive() && system.worker.is_alive();
    let arrived = system.stop_collector()?;
    let account = Account::new(&system, &warm, &tally, &health, alive, arrived).await?;
    account.close(system)
}

/// The clients at work.
struct Load {
    begun: Instant,
    lasts: Duration,
    clients: JoinSet<Tally>,
    /// What signing up has counted.
    tally: Tally,
    /// Parts of the run, and when they began.
    phases: Vec<(&'static str, Instant)>,
}

impl Load {
    async fn start(url: &str, lasts: Duration) -> Result<Load, Box<dyn Error>> {
        let mut tally = Tally::default();
        let mut users = Vec::new();
        for number in 0..USERS {
            let mut client = Client::new(url)?;
            users.push(client.sign_up(number).await.ok_or("a user cannot sign up")?);
            tally.add(client.tally);
        }
        let begun = Instant::now();
        let mut clients = JoinSet::new();
        for connection in 0..CONNECTIONS {
            let client = Client::of(url, &users[connection % USERS])?;
            clients.spawn(client.ask_until(begun + lasts, connection));
        }
        Ok(Load { begun, lasts, clients, tally, phases: Vec::new() })
    }

    /// Has everything happen in its time; what the API and the worker said when they were warm.
    async fn run(&mut self, system: &mut System) -> Result<[Metrics; 2], Box<dyn Error>> {
        self.begin("warm-up", 0).await;
        self.begin("undisturbed", 2).await;
        let warm = [Metrics::of(&system.api_url).await?, Metrics::of(&system.worker_url).await?];
        self.begin("database restarts", 6).await;
        system.postgres.restart()?;
        self.begin("undisturbed", 7).await;
        self.begin("collector is gone", 8).await;
        system.stop_collector()?;
        self.begin("collector is back", 9).await;
        system.start_collector()?;
        self.begin("", 12).await;
        Ok(warm)
    }

    /// Waits for a twelfth of the run, where another phase begins.
    async fn begin(&mut self, phase: &'static str, twelfth: u32) {
        let at = self.begun + self.lasts * twelfth / 12;
        sleep_until(at.into()).await;
        self.phases.push((phase, at));
    }

    async fn end(&mut self) -> io::Result<Tally> {
        let mut tally = std::mem::take(&mut self.tally);
        while let Some(of_client) = self.clients.join_next().await {
            tally.add(of_client?);
        }
        Ok(tally)
    }
}

/// Waits until no job is left to do, and no span to export.
async fn drain(system: &System) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    loop {
        let jobs = system.jobs()?;
        let mut waiting = 0.0;
        for url in [&system.api_url, &system.worker_url] {
            waiting += Metrics::of(url).await?.sum("spanweave_export_queue_spans", &[]);
        }
        let is_drained = jobs.iter().all(|(status, _)| status == "Done") && waiting < 1.0;
        if is_drained || begun.elapsed() > TIME_TO_DRAIN {
            println!("drained after {:.1} s\n", begun.elapsed().as_secs_f64());
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn tell(phases: &[(&'static str, Instant)], tally: &Tally, health: &[Health]) {
    println!("| phase | seconds | requests/s | p50 | p99 | slowest | 5xx |\n|---|---|---|---|---|---|---|");
    for pair in phases.windows(2) {
        let [(phase, from), (_, to)] = *pair else { continue };
        let of = tally.phase(from, to);
        println!(
            "| {phase} | {:.0} | {:.0} | {:.1?} | {:.1?} | {:.1?} | {} of {} |",
            to.duration_since(from).as_secs_f64(),
            of.per_second,
            of.p50,
            of.p99,
            of.most,
            of.failed,
            of.answers
        );
    }
    for (process, health) in ["API", "worker"].iter().zip(health) {
        println!(
            "\n{process}: {} of {} health checks failed, the slowest took {:.1?}",
            health.failed, health.probes, health.slowest
        );
    }
    println!();
}
