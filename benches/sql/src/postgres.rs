//! A private `PostgreSQL` on a free port of the loopback interface, from the programs that Debian installs.
//!
//! Nothing that it writes has to last, so it waits for no disk.

use std::fs;
use std::io::{self, Error};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Where Debian keeps a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// `PostgreSQL` does not run as root; Debian's packages make this account.
const ACCOUNT: &str = "postgres";
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs as long as this does.
pub struct Postgres {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts the newest version that is installed.
    pub fn start() -> io::Result<Postgres> {
        let programs = newest_programs()?;
        let folder = PathBuf::from(output(as_account("mktemp")?.args([
            "--directory",
            "--tmpdir",
            "bench-sql-XXXXXX",
        ]))?);
        let mut initdb = as_account(programs.join("initdb"))?;
        initdb.args(["--username=bench", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        output(initdb.arg("--pgdata").arg(&folder))?;
        let port = free_port()?;
        let mut server = as_account(programs.join("postgres"))?;
        server.arg("-D").arg(&folder).args(["-p", &port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        ] {
            server.args(["-c", setting]);
        }
        let process = server.current_dir(&folder).stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut postgres = Postgres { process, folder, port };
        postgres.wait_until_ready(&programs)?;
        Ok(postgres)
    }

    pub fn url(&self) -> String {
        format!("postgres://bench@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    fn wait_until_ready(&mut self, programs: &Path) -> io::Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.process.try_wait()? {
                return Err(Error::other(format!("the server ended: {status}")));
            }
            let mut ready = Command::new(programs.join("pg_isready"));
            ready.args(["--quiet", "--host=127.0.0.1", "--port", &self.port.to_string()]);
            if ready.status()?.success() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(Error::other("the server does not get ready"))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // To the server a fast shutdown: it ends its sessions, and then itself.
        let interrupted = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status();
        if interrupted.is_ok_and(|status| status.success()) {
            let _already_ended = self.process.wait();
        }
        let _left_in_place = fs::remove_dir_all(&self.folder);
    }
}

fn newest_programs() -> io::Result<PathBuf> {
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = fs::read_dir(VERSIONS)?.filter_map(|entry| Some(entry.ok()?.path()));
    let newest = versions.max_by_key(version).ok_or_else(|| Error::other("there is no PostgreSQL"))?;
    Ok(newest.join("bin"))
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A program, run by the server's account where this is root.
fn as_account(program: impl AsRef<Path>) -> io::Result<Command> {
    use std::os::unix::process::CommandExt as _;

    let mut command = Command::new(program.as_ref());
    if account_id("-u", None)? == 0 {
        command.uid(account_id("-u", Some(ACCOUNT))?).gid(account_id("-g", Some(ACCOUNT))?);
    }
    Ok(command)
}

fn account_id(which: &str, account: Option<&str>) -> io::Result<u32> {
    output(Command::new("id").arg(which).args(account))?.parse().map_err(Error::other)
}

/// What a program prints, if it succeeds.
fn output(command: &mut Command) -> io::Result<String> {
    let output = command.current_dir("/").output()?;
    if !output.status.success() {
        return Err(Error::other(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}
