//! The API, the worker, their database and their collector.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::postgres::Postgres;
use crate::process::{Process, free_port};

const START_TIMEOUT: Duration = Duration::from_secs(30);
const COLLECTOR: &str = "load-collector";

pub struct System {
    pub api: Process,
    pub worker: Process,
    pub api_url: String,
    pub worker_url: String,
    pub postgres: Postgres,
    pub logs: PathBuf,
    collector: Option<Process>,
    collector_address: String,
    /// Spans that collectors had which have ended.
    arrived: usize,
    _documents: TempDir,
}

impl System {
    /// With the programs of `PostgreSQL` that are in a folder; logs go into another.
    pub async fn start(programs: &Path, logs: &Path) -> Result<System, Box<dyn Error>> {
        let _there_were_none = fs::remove_dir_all(logs);
        fs::create_dir_all(logs)?;
        let postgres = Postgres::start(programs)?;
        let documents = tempfile::tempdir()?;
        let collector_address = format!("127.0.0.1:{}", free_port()?);
        let collector = Process::start(COLLECTOR, &[&collector_address], &[], logs)?;
        let start = |program, address: &str| {
            let variables = [
                ("LISTEN_ADDR", address.to_owned()),
                ("DATABASE_URL", postgres.url()),
                ("DATABASE_MAX_CONNECTIONS", "20".to_owned()),
                ("JOBS_URL", postgres.url()),
                ("STORAGE_FOLDER", documents.path().display().to_string()),
                ("OBS_TRACES_URL", format!("http://{collector_address}/v1/traces")),
                ("OBS_INGEST_TOKEN", "ingest-token".to_owned()),
                ("OTEL_TRACES_SAMPLER_ARG", "1.0".to_owned()),
            ];
            Process::start(program, &[], &variables, logs)
        };
        let [at_api, at_worker] = [free_port()?, free_port()?].map(|port| format!("127.0.0.1:{port}"));
        let (api_url, worker_url) = (format!("http://{at_api}"), format!("http://{at_worker}"));
        let api = start("honeydue-api", &at_api)?;
        wait_for(&api_url).await?;
        let worker = start("honeydue-worker", &at_worker)?;
        wait_for(&worker_url).await?;
        Ok(System {
            api,
            worker,
            api_url,
            worker_url,
            postgres,
            logs: logs.to_owned(),
            collector: Some(collector),
            collector_address,
            arrived: 0,
            _documents: documents,
        })
    }

    /// The collector is gone; how many spans it had, together with those before it.
    pub fn stop_collector(&mut self) -> Result<usize, Box<dyn Error>> {
        if let Some(collector) = self.collector.take() {
            self.arrived += collector.stop()?.1.trim().parse::<usize>()?;
        }
        Ok(self.arrived)
    }

    /// There is one again, where it was.
    pub fn start_collector(&mut self) -> Result<(), Box<dyn Error>> {
        self.collector = Some(Process::start(COLLECTOR, &[&self.collector_address], &[], &self.logs)?);
        Ok(())
    }

    /// Rows of the table of jobs by their status.
    pub fn jobs(&self) -> Result<Vec<(String, usize)>, Box<dyn Error>> {
        let rows = self.postgres.query("SELECT status, count(*) FROM apalis.jobs GROUP BY status")?;
        let row = |line: &str| -> Result<(String, usize), Box<dyn Error>> {
            let (status, count) = line.split_once('|').ok_or("psql prints two columns")?;
            Ok((status.to_owned(), count.parse()?))
        };
        rows.lines().map(row).collect()
    }
}

async fn wait_for(url: &str) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    while let Err(error) = reqwest::get(format!("{url}/api/health/")).await {
        if begun.elapsed() > START_TIMEOUT {
            return Err(error.into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
