//! Roots that do not begin on their own: under a span of another process, or linked to spans of other traces.

use std::fmt;
use std::future::Future;

use crate::ctx::Ctx;
use crate::outcome::{AnyReturn, ClassedReturn, ErrorClass, ResultReturn};
use crate::propagate::Remote;
use crate::record::{LinkRecord, Source};
use crate::root::{OpenRoot, Root, RootFuture};

/// As many as OpenTelemetry keeps of a span.
const MAX_LINKS: usize = 128;

/// Where a root comes from that waits to be run.
#[derive(Clone, Default)]
pub(crate) struct Origin {
    parent: Remote,
    links: Vec<LinkRecord>,
    lost_links: u32,
}

impl Origin {
    pub(crate) fn open(self, Root { core, site }: Root) -> OpenRoot {
        let mut root = OpenRoot::start(core, site, self.parent.parent());
        let source = Source {
            is_remote: self.parent.is_remote(),
            links: self.links,
            lost_links: self.lost_links,
            ..Source::default()
        };
        root.originate(source, self.parent.into_carried());
        root
    }

    fn link(&mut self, link: LinkRecord) {
        if self.links.len() < MAX_LINKS {
            self.links.push(link);
        } else {
            self.lost_links += 1;
        }
    }
}

impl Root {
    /// Goes on with the trace of `parent`, whose span becomes the root's parent: with its id, its decision to sample, its
    /// trace state and its baggage. It comes from [`extract`](crate::propagate::extract), or is an
    /// [`opentelemetry::Context`]. Where it has no trace, a new one begins.
    ///
    /// ```
    /// # use std::collections::HashMap;
    /// # let telemetry = spanweave::testing::TestTelemetry::new();
    /// # let metadata = HashMap::<String, String>::new();
    /// use spanweave::propagate::extract;
    ///
    /// telemetry.root("order").under(extract(&metadata)).in_scope(|_| ());
    /// telemetry.root("order").under(&opentelemetry::Context::current()).in_scope(|_| ());
    /// ```
    pub fn under(self, parent: impl Into<Remote>) -> OriginatedRoot {
        OriginatedRoot::new(self).under(parent)
    }

    /// Adds a link to another span: of a job that has a trace of its own, to where it was enqueued; of a batch, one for
    /// each of its jobs. What has no trace is no link, and links past 128 are only counted.
    ///
    /// ```
    /// # use std::collections::HashMap;
    /// # let telemetry = spanweave::testing::TestTelemetry::new();
    /// # let (job, batch) = (HashMap::<String, String>::new(), [HashMap::<String, String>::new()]);
    /// use spanweave::propagate::extract;
    ///
    /// telemetry.root("order").linked_to([extract(&job)]).in_scope(|_| ());
    /// telemetry.root("orders").linked_to(batch.iter().map(extract)).in_scope(|_| ());
    /// ```
    pub fn linked_to<R: Into<Remote>>(self, others: impl IntoIterator<Item = R>) -> OriginatedRoot {
        OriginatedRoot::new(self).linked_to(others)
    }
}

/// A root that does not begin on its own, and waits to be run; made by [`Root::under`] and [`Root::linked_to`].
#[derive(Clone)]
#[must_use = "a root does nothing until it is run"]
pub struct OriginatedRoot {
    root: Root,
    origin: Box<Origin>,
}

impl OriginatedRoot {
    fn new(root: Root) -> OriginatedRoot {
        OriginatedRoot { root, origin: Box::default() }
    }

    /// As [`Root::under`]; of several parents, the last.
    pub fn under(mut self, parent: impl Into<Remote>) -> OriginatedRoot {
        self.origin.parent = parent.into().accepted(self.root.core.rules.propagators);
        self
    }

    /// As [`Root::linked_to`].
    pub fn linked_to<R: Into<Remote>>(mut self, others: impl IntoIterator<Item = R>) -> OriginatedRoot {
        for other in others {
            if let Some(link) = other.into().accepted(self.root.core.rules.propagators).into_link() {
                self.origin.link(link);
            }
        }
        self
    }

    /// As [`Root::run`].
    pub fn run<F: Future>(self, future: F) -> RootFuture<F, AnyReturn> {
        RootFuture::new(self.root, Some(self.origin), future)
    }

    /// As [`Root::try_run`].
    pub fn try_run<F, T, E>(self, future: F) -> RootFuture<F, ResultReturn>
    where
        F: Future<Output = Result<T, E>>,
    {
        RootFuture::new(self.root, Some(self.origin), future)
    }

    /// As [`Root::try_run_classed`].
    pub fn try_run_classed<F, T, E>(self, future: F) -> RootFuture<F, ClassedReturn>
    where
        F: Future<Output = Result<T, E>>,
        E: ErrorClass,
    {
        RootFuture::new(self.root, Some(self.origin), future)
    }

    /// As [`Root::in_scope`].
    pub fn in_scope<R>(self, f: impl FnOnce(Ctx) -> R) -> R {
        self.open().in_scope(f)
    }

    pub(crate) fn open(self) -> OpenRoot {
        self.origin.open(self.root)
    }
}

/// What it goes on with may be anybody's data.
impl fmt::Debug for OriginatedRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OriginatedRoot")
            .field("parent", &self.origin.parent)
            .field("links", &self.origin.links.len())
            .finish_non_exhaustive()
    }
}
