//! One server that runs for us alone, on a free port of the loopback interface, with data of its own.

use std::fs;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::kind::Kind;
use super::place::Place;
use super::programs::Programs;

const START_TIMEOUT: Duration = Duration::from_mins(1);

/// How much of its log is repeated where a server does not start.
const LAST_LINES: usize = 8;

/// Runs the server once it reads a line, and removes the folder when the server ends, or, having ended that, when
/// standard input closes. That is a pipe whose other end we hold, so it closes however we end.
const GUARD: &str = r#"
folder=$1; signal=$2; shift 2
# What runs in the background has another standard input.
exec 3<&0
if read -r _; then
    "$@" </dev/null 3<&- & server=$!
    { read -r _ <&3; kill -"$signal" "$server"; } & reader=$!
    wait "$server"
    kill "$reader"
fi
rm -rf "$folder"
"#;

pub(crate) struct Instance {
    url: String,
    guard: Child,
}

impl Instance {
    pub(super) fn start(kind: &Kind, programs: &Programs) -> io::Result<Instance> {
        let place = Place::new(kind)?;
        let mut instance = Instance { url: place.fill(kind.url), guard: guard(kind, programs, &place)? };
        initialise(kind, programs, &place)?;
        instance.serve()?;
        instance.wait_until_ready(kind, &place)?;
        Ok(instance)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn serve(&mut self) -> io::Result<()> {
        self.guard.stdin.as_ref().map_or(Ok(()), |mut stdin| stdin.write_all(b"\n"))
    }

    fn wait_until_ready(&mut self, kind: &Kind, place: &Place) -> io::Result<()> {
        let started = Instant::now();
        while !read_log(place)?.contains(kind.ready) {
            // The guard ends with its server.
            if self.guard.try_wait()?.is_some() {
                return Err(failed("ended at once", kind, place));
            }
            if started.elapsed() > START_TIMEOUT {
                return Err(failed("did not start", kind, place));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("a server may not have ended: {error}");
        }
    }
}

fn guard(kind: &Kind, programs: &Programs, place: &Place) -> io::Result<Child> {
    let mut guard = place.command("sh")?;
    guard.args(["-c", GUARD, "sh"]).arg(place.folder()).arg(kind.ends_at);
    guard.arg(&programs.serve).args(place.arguments(kind.serve_arguments));
    // A group of its own: Ctrl-C is not for the guard, which would leave its server behind.
    guard.stdin(Stdio::piped()).process_group(0).spawn()
}

fn initialise(kind: &Kind, programs: &Programs, place: &Place) -> io::Result<()> {
    let (Some(program), Some((_, arguments))) = (&programs.initialise, kind.initialise) else {
        return Ok(());
    };
    let mut command = place.command(program)?;
    let status = command.args(place.arguments(arguments)).stdin(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(failed("could not be prepared", kind, place)) }
}

fn read_log(place: &Place) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(place.log())?).into_owned())
}

fn failed(what: &str, kind: &Kind, place: &Place) -> io::Error {
    let log = read_log(place).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
    io::Error::other(format!("the {} server {what}, see {}\n{last}", kind.name, place.log().display()))
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process;

    use super::super::kind::{Kind, POSTGRES, REDIS};
    use super::super::programs::{self, Programs};
    use super::Instance;

    /// What is said of a server with these programs. None of its folder may be left by then.
    fn start(name: &'static str, initialise: &str, serve: &str) -> String {
        let kind = Kind { name, account: "nobody", ready: "ready", ..POSTGRES };
        let program = |name| programs::find(name).unwrap();
        let programs = Programs { initialise: Some(program(initialise)), serve: program(serve) };
        let said = Instance::start(&kind, &programs)
            .map(drop)
            .map_or_else(|error| error.to_string(), |()| "ready".to_owned());
        assert!(!env::temp_dir().join(format!("spanweave-{name}-{}", process::id())).exists(), "{said}");
        said
    }

    #[test]
    fn a_server_that_cannot_be_prepared_leaves_nothing() {
        let said = start("unprepared", "false", "true");
        assert!(said.starts_with("the unprepared server could not be prepared, see "), "{said}");
    }

    #[test]
    fn a_server_that_ignores_one_signal_ends_at_another() {
        // Where it is not installed, nothing starts it.
        if let Some(programs) = REDIS.programs() {
            let instance = Instance::start(&REDIS, &programs).unwrap();
            assert!(instance.url().starts_with("redis://127.0.0.1:"));
        }
    }

    #[test]
    fn a_server_that_ends_is_not_waited_for() {
        // `ls` takes none of these arguments, and says so.
        let said = start("ended", "true", "ls");
        assert!(said.starts_with("the ended server ended at once, see "), "{said}");
        assert!(said.contains("ls: "), "{said}");
    }
}
