//! The application's process, as the one that started it sees it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, fs, io};

use crate::Failure;

/// The application, in a process of its own: what the collectors take of memory is not in it.
pub struct Steady {
    process: Child,
    told: ChildStdin,
    said: BufReader<ChildStdout>,
}

/// What it says of a minute.
pub struct Minute {
    pub requests: usize,
    pub spans: usize,
    pub p99_micros: usize,
    pub lost: usize,
}

impl Steady {
    pub fn start(collector: SocketAddr) -> Result<Steady, Failure> {
        let mut process = Command::new(env::current_exe()?)
            .args(["application", &format!("http://{collector}/v1/traces")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let told = process.stdin.take().ok_or("it has no input")?;
        let said = BufReader::new(process.stdout.take().ok_or("it has no output")?);
        Ok(Steady { process, told, said })
    }

    /// Has it serve for a minute.
    pub fn minute(&mut self) -> Result<Minute, Failure> {
        writeln!(self.told)?;
        let mut line = String::new();
        self.said.read_line(&mut line)?;
        let numbers: Vec<usize> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let [requests, spans, p99_micros, lost] = numbers[..] else {
            return Err(format!("it said `{}`", line.trim_end()).into());
        };
        Ok(Minute { requests, spans, p99_micros, lost })
    }

    /// Has it export what waits, and returns its metrics.
    pub fn end(mut self) -> io::Result<String> {
        drop(self.told);
        let mut metrics = String::new();
        self.said.read_to_string(&mut metrics)?;
        let status = self.process.wait()?;
        if status.success() { Ok(metrics) } else { Err(io::Error::other(status.to_string())) }
    }

    pub fn resident(&self) -> usize {
        let status = fs::read_to_string(self.of_process("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok());
        kilobytes.unwrap_or_default() * 1_024
    }

    pub fn entries(&self, folder: &str) -> usize {
        fs::read_dir(self.of_process(folder)).map_or(0, Iterator::count)
    }

    fn of_process(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.process.id())
    }
}
