//! The CPU time of threads that are somebody else's.

use std::time::Duration;
use std::{fs, io, thread};

/// Of a name, Linux keeps this much.
const NAME_BYTES: usize = 15;
/// What a thread has used is brought up to date when it goes to sleep; that is soon after it was seen to have finished.
const GOES_TO_SLEEP: Duration = Duration::from_millis(1);

/// What the threads whose names begin so, as far as Linux keeps them, have used so far. They are to be idle.
pub fn of_idle(name: &str) -> Duration {
    thread::sleep(GOES_TO_SLEEP);
    let tasks = fs::read_dir("/proc/self/task").expect("Linux shows the threads of a process");
    let used = tasks.filter_map(|task| {
        let task = task.ok()?.path();
        let is_named = fs::read_to_string(task.join("comm")).ok()?.starts_with(kept(name));
        is_named.then(|| used(fs::read_to_string(task.join("schedstat"))))
    });
    used.sum()
}

fn kept(name: &str) -> &str {
    &name[..name.len().min(NAME_BYTES)]
}

/// A thread that has ended meanwhile used nothing.
fn used(schedstat: io::Result<String>) -> Duration {
    let nanos = schedstat.ok().and_then(|line| line.split(' ').next()?.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}
