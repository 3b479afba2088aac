//! A process of the application, with nothing but an environment.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;
use spanweave::testing::OtlpReceiver;

/// The programs.
pub const API: &str = env!("CARGO_BIN_EXE_honeydue-api");
pub const WORKER: &str = env!("CARGO_BIN_EXE_honeydue-worker");

/// How long anything may take on a machine that is busy with other things.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// How long supervisors wait before they kill.
const TIME_TO_STOP: Duration = Duration::from_secs(10);

/// A variable and its value.
pub type Variable = (&'static str, String);

/// One that listens. It is killed with the test, if it has not ended before.
pub struct Process {
    /// Where it listens.
    pub url: String,
    child: Child,
    log: Option<JoinHandle<String>>,
}

/// What is left of one that has ended.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Process {
    /// Starts it, and waits until it listens.
    pub async fn start(program: &'static str, variables: Vec<Variable>) -> Process {
        let starting = tokio::task::spawn_blocking(move || Process::start_here(program, &variables));
        starting.await.unwrap()
    }

    fn start_here(program: &str, variables: &[Variable]) -> Process {
        let mut child = spawn(program, variables);
        let (log, address) = follow(child.stdout.take().unwrap());
        match address.recv_timeout(PATIENCE) {
            Ok(address) => Process { url: format!("http://{address}"), child, log: Some(log) },
            Err(RecvTimeoutError::Timeout) => panic!("{program} does not listen"),
            Err(RecvTimeoutError::Disconnected) => {
                let log = log.join().unwrap();
                panic!("{program} has ended: {log}{}", rest_of(child.stderr.take().unwrap()));
            }
        }
    }

    /// Asks it to stop, as a supervisor does.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
    }

    /// Waits until it has ended, as long as a supervisor does.
    pub fn ended(mut self) -> Ended {
        let status = wait(&mut self.child, TIME_TO_STOP);
        let stdout = self.log.take().unwrap().join().unwrap();
        Ended { status, stdout, stderr: rest_of(self.child.stderr.take().unwrap()) }
    }
}

impl Ended {
    #[track_caller]
    pub fn assert_well(&self) {
        assert_eq!(self.status.code(), Some(0), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stderr, "", "{}", self.stdout);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// Variables of a process that sends every trace there.
pub fn traced(collector: &OtlpReceiver) -> [Variable; 3] {
    [
        ("OBS_TRACES_URL", collector.url()),
        ("OBS_INGEST_TOKEN", "ingest-token".to_owned()),
        ("OTEL_TRACES_SAMPLER_ARG", "1.0".to_owned()),
    ]
}

pub fn spawn(program: &str, variables: &[Variable]) -> Child {
    let mut command = Command::new(program);
    command.env_clear().env("LISTEN_ADDR", "127.0.0.1:0").envs(variables.iter().cloned());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until it has ended.
pub fn wait(child: &mut Child, patience: Duration) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > patience {
            child.kill().unwrap();
            panic!("it has not ended within {patience:?}");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Reads the log for as long as there is one, and tells the address that it says.
fn follow(stdout: ChildStdout) -> (JoinHandle<String>, Receiver<String>) {
    let (tell, address) = channel();
    let reading = thread::spawn(move || {
        let mut log = String::new();
        let mut lines = BufReader::new(stdout);
        let mut line = String::new();
        while lines.read_line(&mut line).unwrap() > 0 {
            if let Some(address) = listens_on(&line) {
                let _nobody_waits = tell.send(address);
            }
            log.push_str(&line);
            line.clear();
        }
        log
    });
    (reading, address)
}

fn listens_on(line: &str) -> Option<String> {
    let event: Value = serde_json::from_str(line).ok()?;
    Some(event["fields"]["address"].as_str()?.to_owned())
}

pub fn rest_of(mut pipe: impl Read) -> String {
    let mut text = String::new();
    pipe.read_to_string(&mut text).unwrap();
    text
}
