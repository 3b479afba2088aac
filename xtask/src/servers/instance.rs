//! One server that runs for us alone, on a free port of the loopback interface, with data of its own.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::kind::Kind;
use super::place::Place;
use super::programs::Programs;

const START_TIMEOUT: Duration = Duration::from_mins(1);

/// Ends the server and removes its folder when standard input closes. That is a pipe whose other end we hold, so it
/// closes however we end. `QUIT` ends either kind without delay.
const GUARD: &str = r#"
folder=$1; shift
"$@" </dev/null & server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$folder"
"#;

pub(crate) struct Instance {
    url: String,
    guard: Child,
}

impl Instance {
    pub(super) fn start(kind: &Kind, programs: &Programs) -> io::Result<Instance> {
        let place = Place::new(kind)?;
        initialise(kind, programs, &place)?;
        let instance = Instance { url: place.fill(kind.url), guard: serve(kind, programs, &place)? };
        wait_until_ready(kind, &place)?;
        Ok(instance)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
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

fn initialise(kind: &Kind, programs: &Programs, place: &Place) -> io::Result<()> {
    let mut command = place.command(&programs.initialise)?;
    let status = command.args(place.arguments(kind.initialise_arguments)).stdin(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(failed("could not be prepared", kind, place)) }
}

fn serve(kind: &Kind, programs: &Programs, place: &Place) -> io::Result<Child> {
    let mut guard = place.command("sh")?;
    guard.args(["-c", GUARD, "sh"]).arg(place.folder());
    guard.arg(&programs.serve).args(place.arguments(kind.serve_arguments));
    // A group of its own: Ctrl-C is not for the guard, which would leave its server behind.
    guard.stdin(Stdio::piped()).process_group(0).spawn()
}

fn wait_until_ready(kind: &Kind, place: &Place) -> io::Result<()> {
    let started = Instant::now();
    while !String::from_utf8_lossy(&fs::read(place.log())?).contains(kind.ready) {
        if started.elapsed() > START_TIMEOUT {
            return Err(failed("did not start", kind, place));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn failed(what: &str, kind: &Kind, place: &Place) -> io::Error {
    io::Error::other(format!("the {} server {what}, see {}", kind.name, place.log().display()))
}
