//! Programs that are beside this one.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

const TIME_TO_STOP: Duration = Duration::from_secs(15);

/// One that runs. It is killed with us.
pub struct Process(Child);

impl Process {
    /// Starts it. Its log goes into the folder.
    pub fn start(
        program: &str,
        arguments: &[&str],
        variables: &[(&str, String)],
        logs: &Path,
    ) -> io::Result<Process> {
        let log = File::options().create(true).append(true).open(logs.join(format!("{program}.log")))?;
        let beside = env::current_exe()?.with_file_name(program);
        let mut command = Command::new(beside);
        command.args(arguments).env_clear().envs(variables.iter().cloned()).stdin(Stdio::null());
        let collects = program.ends_with("collector");
        command.stdout(if collects { Stdio::piped() } else { log.try_clone()?.into() }).stderr(log);
        Ok(Process(command.spawn()?))
    }

    pub fn is_alive(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// Asks it to stop and waits; how it ended, and what it printed where that is read.
    pub fn stop(mut self) -> Result<(ExitStatus, String), Box<dyn Error>> {
        let pid = self.0.id().to_string();
        Command::new("kill").args(["-s", "TERM", &pid]).status()?;
        let asked = Instant::now();
        let status = loop {
            match self.0.try_wait()? {
                Some(status) => break status,
                None if asked.elapsed() > TIME_TO_STOP => return Err("it does not stop".into()),
                None => thread::sleep(Duration::from_millis(10)),
            }
        };
        let mut printed = String::new();
        if let Some(mut pipe) = self.0.stdout.take() {
            pipe.read_to_string(&mut printed)?;
        }
        Ok((status, printed))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// How many lines of a program's log have the level.
pub fn logged(program: &str, level: &str, logs: &Path) -> usize {
    let log = fs::read_to_string(logs.join(format!("{program}.log"))).unwrap_or_default();
    let level = format!("\"level\":\"{level}\"");
    log.lines().filter(|line| line.contains(&level)).count()
}
