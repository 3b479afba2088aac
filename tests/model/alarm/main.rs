//! The alarm of the exporter's thread under loom: the orders in which it is woken and looks up.
//!
//! `runtime/src/alarm.rs` is compiled as it stands, on the primitives of [`sync`]. Its thread sleeps without a limit here,
//! so a wake-up that is lost is a deadlock, which loom reports.

use std::sync::Arc;
use std::time::Duration;

use loom::sync::atomic::AtomicBool as Flag;
use loom::thread;

use crate::alarm::Alarm;
use crate::sync::{AtomicU64, Mutex, Ordering, Thread, current_thread, park};

#[path = "../../../runtime/src/alarm.rs"]
mod alarm;
#[path = "../sync.rs"]
mod sync;

const FOREVER: Duration = Duration::MAX;

/// What is left for the sleeper: behind a lock, as traces are, and without one, as commands are.
struct Shared {
    alarm: Alarm,
    locked: Mutex<u64>,
    unlocked: AtomicU64,
    sleeper: Thread,
    /// The answer that the sleeper waits for in the middle of its work, as an exporter does.
    answered: Flag,
}

impl Shared {
    fn new() -> Arc<Shared> {
        Arc::new(Shared {
            alarm: Alarm::default(),
            locked: Mutex::new(0),
            unlocked: AtomicU64::new(0),
            sleeper: current_thread(),
            answered: Flag::new(false),
        })
    }

    /// Looks up, works, and sleeps, until it has found so much.
    fn work(&self, awaited: u64, work: impl Fn()) {
        loop {
            self.alarm.look_up();
            let found = self.unlocked.load(Ordering::Relaxed) + *self.locked.lock();
            if found == awaited {
                return;
            }
            work();
            self.alarm.sleep(FOREVER);
        }
    }
}

/// A thread that does not wait is interrupted at most so often: without a bound some of these take hours.
const PREEMPTIONS: usize = 3;

/// Runs the sleeper beside the others, in all orders with so few interruptions.
fn check(work: fn(&Shared), others: &'static [fn(&Shared)], awaited: u64) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(PREEMPTIONS);
    model.check(move || {
        let shared = Shared::new();
        shared.alarm.attach(shared.sleeper.clone());
        let others: Vec<_> = others
            .iter()
            .map(|other| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || other(&shared))
            })
            .collect();
        shared.work(awaited, || work(&shared));
        for other in others {
            other.join().unwrap();
        }
    });
}

fn leave_locked(shared: &Shared) {
    *shared.locked.lock() += 1;
    shared.alarm.ring_for_locked();
}

fn leave_unlocked(shared: &Shared) {
    shared.unlocked.fetch_add(1, Ordering::Relaxed);
    shared.alarm.ring();
}

fn work_at_once(_: &Shared) {}

#[test]
fn what_two_threads_leave_is_found() {
    check(work_at_once, &[leave_locked, leave_locked], 2);
    check(work_at_once, &[leave_locked, leave_unlocked], 2);
    check(work_at_once, &[leave_unlocked, leave_unlocked], 2);
}

/// Waits for an answer by the thread's token, whoever it was meant for.
fn wait_for_answer(shared: &Shared) {
    while !shared.answered.load(Ordering::Acquire) {
        park();
    }
}

fn answer(shared: &Shared) {
    shared.answered.store(true, Ordering::Release);
    shared.sleeper.unpark();
}

#[test]
fn a_sleeper_that_waits_for_an_answer_is_woken_all_the_same() {
    check(wait_for_answer, &[answer, leave_locked], 1);
    check(wait_for_answer, &[answer, leave_unlocked], 1);
}
