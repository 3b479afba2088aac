//! Contenders in turn, in one process, by thread CPU time: a noisy machine disturbs all of them alike.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use cpu_time::ThreadTime;

/// Requests of one round; between rounds the exporters drain, outside the timing.
pub const ROUND: u32 = 300;
const WARM_UP: u32 = 20;

/// Counts the allocations of each thread.
pub struct CountingAllocator;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
#[allow(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _torn_down = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Allocations of this thread so far.
pub fn allocations() -> u64 {
    ALLOCATIONS.get()
}

/// One way to serve the workload's request.
pub struct Contender<'c> {
    pub name: &'static str,
    /// Serves a round of requests.
    pub round: Box<dyn FnMut() + 'c>,
}

/// What a contender needed.
#[derive(Clone, Debug)]
pub struct Cost {
    pub name: &'static str,
    /// Thread CPU time per request, nanoseconds: the median of the rounds.
    pub median: f64,
    /// The fastest round.
    pub fastest: f64,
    /// Allocations per request on the calling thread.
    pub allocations: f64,
}

/// Runs the contenders in turn for `rounds` rounds.
pub fn compare(contenders: &mut [Contender<'_>], rounds: u32) -> Vec<Cost> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    let mut allocations = vec![0; contenders.len()];
    for round in 0..WARM_UP + rounds {
        for (index, contender) in contenders.iter_mut().enumerate() {
            let allocated = ALLOCATIONS.get();
            let start = ThreadTime::now();
            (contender.round)();
            let elapsed = start.elapsed();
            if round >= WARM_UP {
                times[index].push(elapsed.as_secs_f64() * 1e9 / f64::from(ROUND));
                allocations[index] += ALLOCATIONS.get() - allocated;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    let cost = |((contender, mut times), allocations): ((&Contender<'_>, Vec<f64>), u64)| {
        times.sort_by(f64::total_cmp);
        #[allow(clippy::cast_precision_loss, reason = "a handful of allocations")]
        let allocations = allocations as f64 / f64::from(rounds * ROUND);
        Cost { name: contender.name, median: times[times.len() / 2], fastest: times[0], allocations }
    };
    contenders.iter().zip(times).zip(allocations).map(cost).collect()
}
