//! The constant part of spans that other crates open: one for each name under a target.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use parking_lot::Mutex;
use tracing::Metadata;

use crate::site::{Describe, Measure, Site, SiteCell};

/// The most of them, as they are kept for the life of the process: a name may be put together at run time.
const MAX_SITES: usize = 1_024;
/// The longest name of a span, in bytes.
const MAX_NAME: usize = 128;

pub(super) struct NestedSite {
    target: &'static str,
    name: Cow<'static, str>,
    site: SiteCell,
}

#[derive(Default)]
struct Sites {
    by_target: HashMap<&'static str, HashMap<Cow<'static, str>, &'static NestedSite>>,
    count: usize,
}

static SITES: LazyLock<Mutex<Sites>> = LazyLock::new(Mutex::default);
/// What finds no room.
static OTHER: NestedSite = NestedSite { target: "", name: Cow::Borrowed("other"), site: SiteCell::new() };

impl NestedSite {
    /// That of a span, which may say another name than its source has.
    pub(super) fn of(metadata: &'static Metadata<'static>, name: Option<&str>) -> &'static Site {
        let name = name.map_or(metadata.name(), |name| &name[..name.floor_char_boundary(MAX_NAME)]);
        let mut sites = SITES.lock();
        let known = sites.by_target.get(metadata.target()).and_then(|names| names.get(name)).copied();
        let site = known.unwrap_or_else(|| sites.add(metadata.target(), name));
        site.site.get(site)
    }
}

impl Sites {
    fn add(&mut self, target: &'static str, name: &str) -> &'static NestedSite {
        if self.count == MAX_SITES {
            return &OTHER;
        }
        self.count += 1;
        let name: Cow<'static, str> = Cow::Owned(name.to_owned());
        let site = Box::leak(Box::new(NestedSite { target, name: name.clone(), site: SiteCell::new() }));
        self.by_target.entry(target).or_default().insert(name, site);
        site
    }
}

impl Describe for NestedSite {
    fn span_name(&'static self) -> Cow<'static, str> {
        Cow::Borrowed(&self.name)
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Internal
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        into.push(KeyValue::new("target", self.target));
    }

    #[cfg(feature = "tracing-spans")]
    fn comes_from_tracing(&self) -> bool {
        true
    }

    fn measure(&'static self) -> Measure {
        Measure::Nothing
    }
}
