//! The rules of a handle at work.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use super::Keep;
use super::per_second::PerSecond;
use crate::buffer::{Noticed, SpanBuffer};
use crate::clock;
use crate::outbox::TraceEnd;
use crate::outcome::Outcome;
use crate::record::SpanRecord;
use crate::telemetry::sampling;

/// What becomes of a trace, and why.
pub(crate) type Decision = Result<KeptFor, LeftOut>;

/// Why a trace is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeptFor {
    /// Every trace is sampled.
    Always,
    /// It is within the ratio that is sampled.
    Ratio,
    /// Its parent was sampled.
    Parent,
    // Sampling had left the others out.
    Panic,
    Error,
    Cancellation,
    Slowness,
}

/// Why a trace is not exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeftOut {
    /// It is not within the ratio, and no rule held for it.
    Ratio,
    /// Its parent was left out, and no rule held for it.
    Parent,
    /// It is not within the rate of any rule that held for it.
    Rate,
    /// This second had as many as are kept in one.
    Cap,
}

impl KeptFor {
    pub(crate) const ALL: [KeptFor; 7] = [
        KeptFor::Always,
        KeptFor::Ratio,
        KeptFor::Parent,
        KeptFor::Panic,
        KeptFor::Error,
        KeptFor::Cancellation,
        KeptFor::Slowness,
    ];

    /// The value of the root's attribute, and of the metric's label.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            KeptFor::Always => "always",
            KeptFor::Ratio => "ratio",
            KeptFor::Parent => "parent",
            KeptFor::Panic => "panic",
            KeptFor::Error => "error",
            KeptFor::Cancellation => "cancellation",
            KeptFor::Slowness => "slow",
        }
    }
}

impl LeftOut {
    pub(crate) const ALL: [LeftOut; 4] = [LeftOut::Ratio, LeftOut::Parent, LeftOut::Rate, LeftOut::Cap];

    /// The value of the metric's label.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            LeftOut::Ratio => "ratio",
            LeftOut::Parent => "parent",
            LeftOut::Rate => "rate",
            LeftOut::Cap => "cap",
        }
    }
}

/// The rules of a handle.
pub(crate) struct Keeping {
    rules: Rules,
    by_root: HashMap<Cow<'static, str>, Rules>,
    /// Whether a trace can be kept at all.
    pub(crate) keeps_any: bool,
    /// No root that is quicker is slow.
    least_slow_ticks: u64,
    limit: PerSecond,
}

/// Those of some roots. Rates are bounds of trace ids.
struct Rules {
    panics: u64,
    errors: u64,
    cancellations: u64,
    slow: u64,
    slow_ticks: u64,
    except_errors: Box<[Cow<'static, str>]>,
}

/// What is known of a trace when its root has ended.
struct Ended<'t> {
    noticed: Noticed,
    ticks: u64,
    root: &'t SpanRecord,
    others: &'t [SpanRecord],
    /// Some spans found no room.
    has_lost: bool,
}

impl<'t> Ended<'t> {
    /// `noticed` is of the others, and of those that were lost.
    #[inline]
    fn new(root: &'t SpanRecord, others: &'t [SpanRecord], noticed: Noticed, has_lost: bool) -> Ended<'t> {
        let (noticed, ticks) = (noticed.and(root.outcome), root.end.since(root.start));
        Ended { noticed, ticks, root, others, has_lost }
    }
}

impl Keeping {
    pub(crate) fn new(mut keep: Keep) -> Keeping {
        let by_root: HashMap<_, _> = std::mem::take(&mut keep.roots)
            .into_iter()
            .map(|(name, keep)| (name, Rules::new(keep)))
            .collect();
        let most_per_second = keep.most_per_second();
        let rules = Rules::new(keep);
        let all = || by_root.values().chain([&rules]);
        Keeping {
            keeps_any: most_per_second > 0 && all().any(Rules::keep_any),
            least_slow_ticks: all().map(|rules| rules.slow_ticks).min().unwrap_or(u64::MAX),
            limit: PerSecond::new(most_per_second),
            rules,
            by_root,
        }
    }

    /// What the rules say of a trace that sampling left out, by its spans' outcomes and its root's duration; `None` where no
    /// rule holds for it.
    #[inline]
    pub(crate) fn choose(&self, trace_id: u128, root: &SpanRecord, buffer: &SpanBuffer) -> Option<Decision> {
        let ended = Ended::new(root, buffer.spans(), buffer.noticed(), buffer.lost() > 0);
        if ended.noticed.all_ok() && ended.ticks <= self.least_slow_ticks {
            return None;
        }
        self.choose_by_rules(trace_id, &ended)
    }

    #[cold]
    fn choose_by_rules(&self, trace_id: u128, ended: &Ended<'_>) -> Option<Decision> {
        let mut holding = self.rules_of(ended.root).holding(ended).peekable();
        holding.peek()?;
        let within = holding.find(|(_, bound)| sampling::is_within(trace_id, *bound));
        Some(within.map(|(kept_for, _)| kept_for).ok_or(LeftOut::Rate))
    }

    /// Whether this second has room for one more trace, which then takes it.
    #[cold]
    pub(crate) fn admits(&self) -> bool {
        self.limit.admits()
    }

    /// The rate at which these rules keep a trace like this one, whose root is the first of its spans; 0.0 where none holds.
    /// On the exporter's thread.
    pub(crate) fn rate(&self, spans: &[SpanRecord], end: TraceEnd) -> f64 {
        let Some((root, others)) = spans.split_first().filter(|_| self.keeps_any) else { return 0.0 };
        let ended = Ended::new(root, others, end.noticed, end.lost > 0);
        let bounds = self.rules_of(root).holding(&ended).map(|(_, bound)| bound);
        sampling::ratio_of(bounds.max().unwrap_or(0))
    }

    fn rules_of(&self, root: &SpanRecord) -> &Rules {
        if self.by_root.is_empty() {
            return &self.rules;
        }
        self.by_root.get(root.site.span_name()).unwrap_or(&self.rules)
    }
}

impl Rules {
    fn new(keep: Keep) -> Rules {
        let nanos = |threshold: Duration| u64::try_from(threshold.as_nanos()).unwrap_or(u64::MAX);
        let slow = sampling::bound(keep.slow);
        let threshold = keep.slower_than.filter(|_| slow > 0);
        Rules {
            panics: sampling::bound(keep.panics),
            errors: sampling::bound(keep.errors),
            cancellations: sampling::bound(keep.cancellations),
            slow,
            slow_ticks: threshold.map_or(u64::MAX, |threshold| clock::ticks_within(nanos(threshold))),
            except_errors: keep.except_errors.into(),
        }
    }

    fn keep_any(&self) -> bool {
        self.panics.max(self.errors).max(self.cancellations) > 0 || self.slow_ticks < u64::MAX
    }

    /// The rules that hold for a trace, the gravest first, with the bounds of their rates.
    fn holding(&self, ended: &Ended<'_>) -> impl Iterator<Item = (KeptFor, u64)> + use<> {
        let rules = [
            (ended.noticed.has(Outcome::Panicked), KeptFor::Panic, self.panics),
            (self.errors > 0 && self.has_failed(ended), KeptFor::Error, self.errors),
            (ended.noticed.has(Outcome::Cancelled), KeptFor::Cancellation, self.cancellations),
            (ended.ticks > self.slow_ticks, KeptFor::Slowness, self.slow),
        ];
        let holding = rules.into_iter().filter(|(holds, _, bound)| *holds && *bound > 0);
        holding.map(|(_, kept_for, bound)| (kept_for, bound))
    }

    /// Whether there is an error that counts. Of spans that were lost nobody knows the class, so theirs do.
    fn has_failed(&self, ended: &Ended<'_>) -> bool {
        let counts = |span: &SpanRecord| match span.outcome {
            Outcome::Error(class) => !self.except_errors.iter().any(|except| except == class),
            _ => false,
        };
        ended.noticed.has(Outcome::Error(""))
            && (self.except_errors.is_empty()
                || ended.has_lost
                || counts(ended.root)
                || ended.others.iter().any(counts))
    }
}
