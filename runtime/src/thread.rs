//! What a thread has at hand for the calls that it polls and the traces that it begins.
//!
//! In one place, reached in one step: to the compiler an access to a thread-local is the call of a function, around
//! which everything else has to be put aside.

use std::cell::Cell;
use std::mem::offset_of;

use crate::ctx::Ctx;
use crate::histogram::OwnShard;
use crate::ids::Generator;
use crate::key::TraceKey;
use crate::slab::FreeSlots;
use crate::trace::{ActiveTrace, TracePool};

/// A thread's own; without a destructor, so that reaching it costs nothing. The thread's number ends it.
pub(crate) struct Thread {
    // The halves of the current context, which are not to be neighbours: written one by one and read as one, a value
    // cannot be forwarded from a processor's store buffer, and every call would wait for it.
    current_key: Cell<TraceKey>,
    /// The trace whose root is being polled.
    pub(crate) active: ActiveTrace,
    /// The histogram cells that were used last.
    pub(crate) shard: OwnShard,
    pub(crate) ids: Generator,
    /// For the traces that begin here.
    pub(crate) slots: FreeSlots,
    pub(crate) pool: TracePool,
    current_span: Cell<u64>,
}

const _: () = assert!(
    offset_of!(Thread, current_key).abs_diff(offset_of!(Thread, current_span)) > size_of::<u64>(),
    "the halves of the current context are not neighbours"
);

thread_local! {
    static THREAD: Thread = const {
        Thread {
            current_key: Cell::new(TraceKey::NONE),
            active: ActiveTrace::none(),
            shard: OwnShard::none(),
            ids: Generator::unseeded(),
            slots: FreeSlots::none(),
            pool: TracePool::empty(),
            current_span: Cell::new(0),
        }
    };
}

impl Thread {
    #[inline(always)]
    pub(crate) fn with<R>(f: impl FnOnce(&Thread) -> R) -> R {
        let thread = THREAD.with(std::ptr::from_ref);
        // SAFETY: it is this thread's own, and nothing that happens while the thread runs `f` takes it away: it has no
        // destructor, and where thread-locals are emulated it goes when the thread ends. `f` cannot keep what it is given.
        #[expect(
            unsafe_code,
            reason = "`LocalKey::with` around a call's whole work is not inlined: 20 of 160 ns"
        )]
        f(unsafe { &*thread })
    }

    #[inline(always)]
    pub(crate) fn current(&self) -> Ctx {
        Ctx { key: self.current_key.get(), span: self.current_span.get() }
    }

    /// Gives back what the process has of it. For a thread that ends: from here on it owns nothing, and what still ends on
    /// it, in destructors, goes to what all threads share.
    #[cold]
    pub(crate) fn end(&self) {
        self.shard.disown();
        self.slots.hand_back();
        self.pool.release_memory();
    }

    /// Whoever calls it puts back what was current.
    #[inline(always)]
    pub(crate) fn set_current(&self, ctx: Ctx) {
        self.current_key.set(ctx.key);
        self.current_span.set(ctx.span);
    }
}
