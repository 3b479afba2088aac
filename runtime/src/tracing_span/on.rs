//! Spans are shown: each has a span of `tracing` beside it, with a call site that is made at run time.
//!
//! A subscriber is foreign code, and is called between the steps that open, enter and end a span of ours. Its panic is
//! not the application's: it goes no further, so that no step is left out, and none is the second one of a thread that
//! unwinds, which would end the process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use tracing::level_filters::LevelFilter;
use tracing_core::callsite::{self, Callsite, Identifier};
use tracing_core::field::FieldSet;
use tracing_core::subscriber::Interest;
use tracing_core::{Kind, Level, Metadata, dispatcher};

use crate::outcome::Outcome;
use crate::site::Site;

const TARGET: &str = "spanweave";
const LEVEL: Level = Level::INFO;
const OUTCOME: &str = "outcome";
const ERROR_TYPE: &str = "error.type";

/// It has the name of ours, and is entered whenever that runs. Its parent is what `tracing` has entered where it opens.
pub(crate) struct TracingSpan(tracing::Span);

impl TracingSpan {
    pub(crate) const fn none() -> TracingSpan {
        TracingSpan(tracing::Span::none())
    }

    /// Opens it, unless it is, if the subscriber wants spans of this site.
    pub(crate) fn open(&mut self, site: &'static Site) {
        if LEVEL > LevelFilter::current() || !self.0.is_none() || site.description.comes_from_tracing() {
            return;
        }
        contained(|| {
            if let Some(metadata) = site.callsite.get(site).metadata_if_enabled() {
                self.0 = tracing::Span::new(metadata, &metadata.fields().value_set(&[]));
            }
        });
    }

    pub(crate) fn enter(&self) {
        self.0.with_subscriber(|(id, dispatch)| contained(|| dispatch.enter(id)));
    }

    pub(crate) fn exit(&self) {
        self.0.with_subscriber(|(id, dispatch)| contained(|| dispatch.exit(id)));
    }

    pub(crate) fn close(&mut self, outcome: Outcome) {
        if self.0.is_none() {
            return;
        }
        let shown = std::mem::replace(&mut self.0, tracing::Span::none());
        contained(|| {
            shown.record(OUTCOME, outcome.label());
            if let Outcome::Error(class) = outcome {
                shown.record(ERROR_TYPE, class);
            }
        });
        // Apart, because its end calls the subscriber, too, and must not do so while the one above unwinds.
        contained(|| drop(shown));
    }
}

/// Calls the subscriber; of its panic the hook has told.
fn contained(call: impl FnOnce()) {
    let _panicked = catch_unwind(AssertUnwindSafe(call));
}

/// Where a site keeps its callsite, which is made when it is first asked for, and stays: subscribers keep a reference.
pub(crate) struct SiteCallsite(OnceLock<&'static OwnCallsite>);

impl SiteCallsite {
    pub(crate) const fn new() -> SiteCallsite {
        SiteCallsite(OnceLock::new())
    }

    fn get(&self, site: &'static Site) -> &'static OwnCallsite {
        self.0.get_or_init(|| OwnCallsite::leaked(site.span_name()))
    }
}

/// What the macros of `tracing` make a static of, for a name that is known at run time only.
struct OwnCallsite {
    metadata: OnceLock<Metadata<'static>>,
    /// As one of the constants below.
    interest: AtomicU8,
}

const NEVER: u8 = 0;
const SOMETIMES: u8 = 1;
const ALWAYS: u8 = 2;

impl OwnCallsite {
    fn leaked(name: &'static str) -> &'static OwnCallsite {
        let unregistered = OwnCallsite { metadata: OnceLock::new(), interest: AtomicU8::new(SOMETIMES) };
        let own: &OwnCallsite = Box::leak(Box::new(unregistered));
        let fields = FieldSet::new(&[OUTCOME, ERROR_TYPE], Identifier(own));
        let metadata = Metadata::new(name, TARGET, LEVEL, None, None, None, fields, Kind::SPAN);
        own.metadata.get_or_init(|| metadata);
        callsite::register(own);
        own
    }

    fn metadata_if_enabled(&'static self) -> Option<&'static Metadata<'static>> {
        let metadata = self.metadata.get()?;
        let enabled = match self.interest.load(Relaxed) {
            NEVER => false,
            ALWAYS => true,
            _ => dispatcher::get_default(|dispatch| dispatch.enabled(metadata)),
        };
        enabled.then_some(metadata)
    }
}

impl Callsite for OwnCallsite {
    fn set_interest(&self, interest: Interest) {
        let interest = match interest {
            _ if interest.is_never() => NEVER,
            _ if interest.is_always() => ALWAYS,
            _ => SOMETIMES,
        };
        self.interest.store(interest, Relaxed);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get().expect("it has its metadata before anybody knows it")
    }
}
