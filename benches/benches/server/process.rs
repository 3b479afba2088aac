//! The parent's side of a server: started, asked for its CPU time, ended.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

/// Of these `/proc` counts CPU time, on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

pub struct Server {
    process: Child,
    pub port: u16,
}

impl Server {
    /// Starts this program once more, and waits until it listens.
    pub fn start<'v>(
        version: &str,
        variables: impl IntoIterator<Item = &'v (&'static str, String)>,
    ) -> Server {
        let mut process = Command::new(env::current_exe().expect("Linux knows the program"))
            .args(["serve", version])
            .envs(variables.into_iter().map(|(name, value)| (name, value)))
            // Exporters heed proxies, and the receiver is not behind one.
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program can be started again");
        let mut line = String::new();
        let output = process.stdout.take().expect("it is a pipe");
        BufReader::new(output).read_line(&mut line).expect("the server prints text");
        Server { process, port: line.trim().parse().expect("the server prints its port") }
    }

    /// Of all its threads, in the system and outside, so far.
    pub fn cpu_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()));
        let stat = stat.expect("the server is alive");
        // The second field is the program's name, in parentheses, and may hold spaces.
        let (_, fields) = stat.rsplit_once(") ").expect("there is a name");
        let ticks: f64 = fields.split(' ').skip(11).take(2).map(ticks).sum();
        Duration::from_secs_f64(ticks / TICKS_PER_SECOND)
    }

    /// Ends it, and waits until it has exported what it had.
    pub fn stop(mut self) {
        // Closes its standard input first.
        let status = self.process.wait().expect("it can be waited for");
        assert!(status.success(), "the server failed: {status}");
    }
}

fn ticks(field: &str) -> f64 {
    field.parse().expect("a time is a number")
}
