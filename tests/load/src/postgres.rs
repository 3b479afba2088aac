//! A `PostgreSQL` server that nobody else has, and that can be restarted.

use std::error::Error;
use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::process::free_port;

/// The account that Debian's package makes: no server runs as root.
const ACCOUNT: &str = "postgres";

pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    /// With the programs of a folder.
    pub fn start(programs: &Path) -> Result<Postgres, Box<dyn Error>> {
        let postgres =
            Postgres { folder: tempfile::tempdir()?, programs: programs.to_owned(), port: free_port()? };
        if is_root()? {
            chown(postgres.folder.path(), Some(id(&["-u", ACCOUNT])?), Some(id(&["-g", ACCOUNT])?))?;
        }
        let data = postgres.data();
        postgres.run("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])?;
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200",
            postgres.port
        );
        let log = postgres.folder.path().join("log").display().to_string();
        postgres.run("pg_ctl", &["start", "-w", "-D", &data, "-l", &log, "-o", &options])?;
        Ok(postgres)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Whoever is connected is thrown out.
    pub fn restart(&self) -> Result<(), Box<dyn Error>> {
        self.run("pg_ctl", &["restart", "-w", "-m", "fast", "-D", &self.data()])
    }

    /// What a query finds, a line for each row.
    pub fn query(&self, text: &str) -> Result<String, Box<dyn Error>> {
        let output = self.command("psql")?.args(["-At", "-c", text, &self.url()]).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
        let log = self.folder.path().join(program);
        let file = fs::File::create(&log)?;
        let mut command = self.command(program)?;
        // No pipe: the server would keep it open.
        let status = command.args(arguments).stdout(file.try_clone()?).stderr(file).status()?;
        if status.success() {
            return Ok(());
        }
        Err(format!("{program} failed: {}", fs::read_to_string(log)?).into())
    }

    fn command(&self, program: &str) -> Result<Command, Box<dyn Error>> {
        let program = self.programs.join(program);
        let mut command = Command::new("runuser");
        if is_root()? {
            command.args(["-u", ACCOUNT, "--"]).arg(program);
        } else {
            command = Command::new(program);
        }
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        Ok(command)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(error) = self.run("pg_ctl", &["stop", "-m", "immediate", "-D", &self.data()]) {
            eprintln!("the server may not have ended: {error}");
        }
    }
}

fn is_root() -> Result<bool, Box<dyn Error>> {
    Ok(id(&["-u"])? == 0)
}

fn id(arguments: &[&str]) -> Result<u32, Box<dyn Error>> {
    let output = Command::new("id").args(arguments).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
