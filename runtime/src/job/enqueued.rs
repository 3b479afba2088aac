//! What a job carries from where it was enqueued, in its metadata.

use std::convert::Infallible;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use apalis_core::task::metadata::{Metadata, MetadataStore};

use crate::core::Core;
use crate::ctx::Ctx;
use crate::propagate::{self, Remote};
use crate::telemetry::Propagators;

/// From when on the job may be run, in milliseconds since 1970.
const DUE_AT: &str = "spanweave.due_at";

/// Where and when a job was enqueued, as apalis carries it in the metadata of a task: the headers `traceparent`,
/// `tracestate` and `baggage` that [`Ctx::inject`] writes, and the time, which tells how long the job waited.
///
/// [`push_traced`](super::TracedSink::push_traced) writes it. This is for tasks that go another way, in bulk say, or for later:
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use apalis_core::task::{Task, builder::TaskBuilder};
/// use spanweave::job::Enqueued;
///
/// let enqueued = Enqueued::now();
/// let tasks: Vec<Task<u32>> = (0..3).map(|user| TaskBuilder::new(user).metadata(&enqueued).build()).collect();
///
/// let tomorrow = SystemTime::now() + Duration::from_hours(24);
/// let enqueued = Enqueued::now().not_before(tomorrow);
/// let task: Task<u32> = TaskBuilder::new(7).run_at_time(tomorrow).metadata(&enqueued).build();
/// ```
///
/// What the metadata has under these four keys is replaced, so that it is never refused; nothing else is touched.
#[derive(Clone, Debug)]
pub struct Enqueued {
    from: Remote,
    propagators: Propagators,
    due: Option<Duration>,
}

impl Enqueued {
    /// Here, in the current context, and now. Outside any trace it is only the time.
    #[must_use]
    pub fn now() -> Enqueued {
        let ctx = Ctx::current();
        Enqueued {
            from: ctx.into(),
            propagators: Core::of(ctx.key).map(|core| core.rules.propagators).unwrap_or_default(),
            due: SystemTime::now().duration_since(UNIX_EPOCH).ok(),
        }
    }

    /// For a job that is not to be run before `time`: its wait begins then, if that is later. `push_traced` says it of
    /// tasks that have such a time. Of others it is to be said for back ends that do not give it back to the worker, like
    /// Redis.
    #[must_use]
    pub fn not_before(self, time: SystemTime) -> Enqueued {
        self.due_from(time.duration_since(UNIX_EPOCH).ok())
    }

    /// The same of a task that has the time, in seconds since 1970.
    pub(super) fn of_run_at(self, seconds: Option<u64>) -> Enqueued {
        self.due_from(seconds.map(Duration::from_secs))
    }

    fn due_from(mut self, time: Option<Duration>) -> Enqueued {
        self.due = self.due.max(time);
        self
    }

    /// The span that it was enqueued from, and what its trace carries.
    pub(super) fn from(self) -> Remote {
        self.from
    }

    /// For how long it could have been run by `now`; `None` where nobody said.
    pub(super) fn waited(&self, now: SystemTime) -> Option<Duration> {
        let now = now.duration_since(UNIX_EPOCH).ok()?;
        // Another machine's clock may be ahead of ours.
        self.due.map(|due| now.saturating_sub(due)).filter(|waited| *waited < MAX_WAIT)
    }
}

/// Whoever can write to the queue can write any time: a wait that nobody has is not measured.
const MAX_WAIT: Duration = Duration::from_hours(24 * 366);

impl Metadata for Enqueued {
    type Error = Infallible;

    /// Never fails: what is not valid is not there, as [`propagate::extract`](crate::propagate::extract) has it.
    fn extract(store: &MetadataStore) -> Result<Enqueued, Infallible> {
        let due = store.get(DUE_AT).and_then(|millis| millis.parse().ok()).map(Duration::from_millis);
        Ok(Enqueued { from: propagate::extract(store.as_map()), propagators: Propagators::default(), due })
    }

    fn inject(&self, store: &mut MetadataStore) -> Result<(), Infallible> {
        self.from.inject(self.propagators, store.as_mut());
        if let Some(due) = self.due {
            store.replace(DUE_AT, due.as_millis().to_string());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use apalis_core::task::metadata::{Metadata, MetadataStore};

    use super::{DUE_AT, Enqueued};
    use crate::testing::TestTelemetry;

    fn read(entries: &[(&str, &str)]) -> Enqueued {
        let Ok(read) = Enqueued::extract(&entries.iter().copied().collect());
        read
    }

    fn write(enqueued: &Enqueued, mut store: MetadataStore) -> MetadataStore {
        let Ok(()) = enqueued.inject(&mut store);
        store
    }

    #[test]
    fn what_the_user_has_in_the_metadata_stays() {
        let own =
            [("tenant", "7"), ("traceparent", "mine"), ("tracestate", "mine"), ("spanweave.due_at", "1")];
        let store = TestTelemetry::new()
            .root("here")
            .in_scope(|_| write(&Enqueued::now(), own.iter().copied().collect()));
        assert_eq!(store.get("tenant"), Some("7"));
        assert_eq!(store.get("traceparent").map(str::len), Some(55));
        assert_eq!(store.get("tracestate"), None, "it was another trace's");
        assert_eq!(store.len(), 3);
    }

    #[test]
    fn outside_any_trace_it_is_the_time() {
        let store = write(&Enqueued::now(), MetadataStore::new());
        assert_eq!(store.keys().collect::<Vec<_>>(), [DUE_AT]);
    }

    #[test]
    fn what_is_written_is_read() {
        let telemetry = TestTelemetry::new();
        telemetry.root("here").in_scope(|ctx| {
            ctx.set_baggage("tenant", "7");
            let store = write(&Enqueued::now(), MetadataStore::new());
            let Ok(read) = Enqueued::extract(&store);
            assert_eq!(read.from.trace_id(), ctx.trace_id());
            assert_eq!(read.from.span_id(), ctx.span_id());
            assert_eq!(read.from.baggage("tenant").as_deref(), Some("7"));
            assert_eq!(write(&read, MetadataStore::new()), store);
        });
    }

    #[test]
    fn what_is_not_valid_is_not_there() {
        let (long, zeros) = ("1".repeat(100_000), format!("00-{:032}-{:016}-01", 0, 0));
        for (traceparent, due) in [("", ""), (&*long, &*long), (&*zeros, "-1"), ("00-xyz", "1e3")] {
            let read = read(&[("traceparent", traceparent), (DUE_AT, due), ("baggage", &long)]);
            assert_eq!((read.from.trace_id(), read.due), (None, None), "{traceparent}");
        }
    }

    #[test]
    fn a_wait_is_measured_from_when_the_job_was_due() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let due = read(&[(DUE_AT, "1764000000500")]);
        let waited =
            |enqueued: Enqueued, now: SystemTime| enqueued.waited(now).map(|waited| waited.as_millis());
        assert_eq!(waited(due.clone(), at(1_764_000_003)), Some(2_500));
        assert_eq!(waited(due.clone(), at(1_764_000_000)), Some(0), "clocks differ");
        assert_eq!(waited(due.clone().not_before(at(1_764_000_002)), at(1_764_000_003)), Some(1_000));
        assert_eq!(waited(due.clone().of_run_at(Some(1)), at(1_764_000_003)), Some(2_500));
        assert_eq!(waited(due.of_run_at(Some(u64::MAX)), at(1_764_000_003)), Some(0), "it was never due");
        assert_eq!(waited(read(&[]), at(1_764_000_003)), None);
        assert_eq!(waited(read(&[(DUE_AT, "0")]), at(1_764_000_003)), None, "nobody waits for decades");
    }
}
