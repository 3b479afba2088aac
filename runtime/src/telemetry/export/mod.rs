//! From the outboxes to the exporters: one thread collects what has ended, and each exporter has a lane of its own, a
//! bounded queue and a thread that sends. An exporter that is slow, or gone, holds up nobody but itself.

mod backoff;
mod batch;
mod chunk;
mod collecting;
mod cutoff;
mod deliveries;
mod exporter;
mod foreign;
mod lane;
mod limits;
mod queue;
mod sending;
mod spans;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};
use std::thread::{JoinHandle, Thread, ThreadId};
use std::time::{Duration, Instant};
use std::{io, thread};

pub(super) use self::backoff::Backoff;
use self::collecting::{Collecting, Command};
#[cfg(feature = "otlp")]
pub(super) use self::cutoff::Cutoff;
pub(super) use self::exporter::ErasedExporter;
#[cfg(feature = "otlp")]
pub(super) use self::exporter::{Answer, Attempt};
pub(super) use self::foreign::log;
pub(crate) use self::lane::Lane;
use self::queue::End;
use self::sending::Sending;
use crate::core::Core;

/// The most spans that are collected together, unless one trace has more.
const CHUNK_SPANS: usize = 512;
/// What is collected together takes no more than this in memory, unless one trace takes more. Every queue has room for it.
pub(super) const CHUNK_BYTES: usize = 1 << 20;
/// The most spans of a batch: one after the other goes out, each waits for its answer, and collectors may be far away.
const BATCH_SPANS: usize = 2_048;
/// How much earlier than whoever waits for it a lane stops, so that what it did not send is counted in time.
const COUNTING: Duration = Duration::from_millis(100);
/// Whoever shuts down waits at least this long, so that what was not sent is counted also where they have no time at all.
const LEAST_COUNTING: Duration = Duration::from_millis(250);

/// How spans wait for their export.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    /// How long an ended trace waits at most before it is on its way.
    pub(super) interval: Duration,
    /// What each exporter's queue may take in memory.
    pub(super) queue_bytes: usize,
    pub(super) backoff: Backoff,
    /// How long the lanes may take for what is left when the handle is gone.
    pub(super) grace: Duration,
}

/// A handle's threads for export, as the handle sees them.
pub(super) struct Pipeline {
    core: &'static Core,
    commands: Sender<Command>,
    /// Dropped after the commands, so that the collecting thread finds them gone.
    _bell: Bell,
    threads: Vec<ThreadId>,
    asked_to_shut_down: AtomicBool,
}

/// Wakes the collecting thread when the handle is gone without a word.
struct Bell(&'static Core);

impl Drop for Bell {
    fn drop(&mut self) {
        self.0.collector.alarm.ring();
    }
}

impl Pipeline {
    pub(super) fn start(
        core: &'static Core,
        mut exporters: Vec<Box<dyn ErasedExporter>>,
        waiting: Waiting,
    ) -> io::Result<Pipeline> {
        for exporter in &mut exporters {
            exporter.set_resource(&core.rules.resource);
        }
        let lanes = core.lanes.get_or_init(|| Lane::of_all(&exporters, waiting.queue_bytes));
        let (commands, receiver) = channel();
        let collecting = Collecting { core, lanes, interval: waiting.interval, grace: waiting.grace };
        let threads = start_sending(core, lanes, exporters, waiting.backoff)
            .and_then(|mut threads| {
                let collecting = spawn("spanweave-collect", move || collecting.run(&receiver))?;
                core.collector.alarm.attach(collecting.clone());
                threads.push(collecting.id());
                Ok(threads)
            })
            // Those that were started have nobody to send for.
            .inspect_err(|_| lanes.iter().for_each(|lane| lane.queue.close()))?;
        Ok(Pipeline {
            core,
            commands,
            _bell: Bell(core),
            threads,
            asked_to_shut_down: AtomicBool::new(false),
        })
    }

    /// Whether everything that has ended by now was exported, or dropped and counted, within the time.
    pub(super) fn flush(&self, timeout: Duration) -> bool {
        let deadline = after(timeout);
        let collected = self.ask(Command::Collect, deadline);
        let lanes = self.core.lanes();
        let marks: Vec<u64> = lanes.iter().map(|lane| lane.queue.ask_for_flush()).collect();
        let mut marked = lanes.iter().zip(marks);
        collected && marked.all(|(lane, mark)| lane.queue.wait_for_flush(mark, deadline))
    }

    /// Whether the time was enough for everything that had ended. What was not sent is counted when it returns, unless an
    /// exporter does not let go of it.
    pub(super) fn shutdown(&self, timeout: Duration) -> bool {
        let is_first = !self.asked_to_shut_down.swap(true, Ordering::Relaxed);
        self.core.collector.close();
        let lanes = self.core.lanes();
        let had_ended = lanes.iter().all(|lane| lane.ended().is_some());
        let cutoff = after(timeout.saturating_sub(COUNTING.min(timeout / 10)));
        for lane in lanes {
            lane.come_to_an_end(cutoff);
        }
        let in_time = self.wait_for_end(after(timeout.max(LEAST_COUNTING)), had_ended);
        if is_first {
            self.say_what_was_not_sent();
        }
        in_time
    }

    /// Whether all that had ended was collected, and every lane has sent it; that `had_ended` before anybody asked is as good.
    fn wait_for_end(&self, deadline: Instant, had_ended: bool) -> bool {
        let collected = self.ask(Command::Finish, deadline);
        let in_time = |end: Option<End>| end == Some(End::Complete) || (had_ended && end.is_some());
        // Each is waited for, also where another was cut off: it counts what it did not send.
        let ends = self.core.lanes().iter().map(|lane| in_time(lane.queue.wait_for_end(deadline)));
        ends.fold(collected, |all, in_time| all && in_time)
    }

    fn say_what_was_not_sent(&self) {
        let spans: u64 = self.core.lanes().iter().map(Lane::not_sent).sum();
        if spans > 0 {
            log(|| tracing::warn!(spans, "spans were not exported before the end"));
        }
    }

    /// Whether the threads were asked to end, or one of them asks.
    pub(super) fn needs_no_shutdown(&self) -> bool {
        self.asked_to_shut_down.load(Ordering::Relaxed) || self.threads.contains(&thread::current().id())
    }

    /// Whether the collecting thread did it within the time, or has finished before it was asked.
    fn ask(&self, command: impl FnOnce(SyncSender<()>) -> Command, deadline: Instant) -> bool {
        let (reply, answer) = sync_channel(1);
        let answered = self.commands.send(command(reply)).is_ok() && {
            self.core.collector.alarm.ring();
            answer.recv_timeout(deadline.saturating_duration_since(Instant::now())).is_ok()
        };
        answered || self.core.collector.is_finished()
    }
}

fn start_sending(
    core: &'static Core,
    lanes: &'static [Lane],
    exporters: Vec<Box<dyn ErasedExporter>>,
    backoff: Backoff,
) -> io::Result<Vec<ThreadId>> {
    let sending = |(lane, exporter): (&'static Lane, _)| {
        let sending = Sending::new(core, lane, exporter, backoff);
        spawn(&format!("spanweave-{}", lane.name), move || sending.run()).map(|thread| thread.id())
    };
    lanes.iter().zip(exporters).map(sending).collect()
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<Thread> {
    let started: io::Result<JoinHandle<()>> = thread::Builder::new().name(name.to_owned()).spawn(run);
    started.map(|handle| handle.thread().clone())
}

/// A moment that is never so far away that there is none.
fn after(timeout: Duration) -> Instant {
    const NEVER: Duration = Duration::from_hours(24 * 365);
    Instant::now() + timeout.min(NEVER)
}
