//! Spans of sqlx's work that are no statement: a transaction, and the waiting for a connection.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use opentelemetry_semantic_conventions::attribute::DB_SYSTEM_NAME;
use parking_lot::RwLock;

use super::transaction;
use crate::core::Metric;
use crate::exemplars::EndedSpan;
use crate::site::{Describe, Measure, Site, SiteCell};
use crate::sql::source;

pub(super) const TRANSACTION: &str = "transaction";
pub(super) const ACQUIRE: &str = "acquire";

/// A span's name, for a driver: there are few of both.
struct SqlSite {
    name: &'static str,
    driver: &'static str,
    site: SiteCell,
}

/// The site of one of the names above.
pub(super) fn site(name: &'static str, driver: &'static str) -> &'static Site {
    static SITES: LazyLock<RwLock<HashMap<(&str, &str), &'static SqlSite>>> = LazyLock::new(RwLock::default);
    let known = SITES.read().get(&(name, driver)).copied();
    let site = known.unwrap_or_else(|| {
        let new =
            || -> &'static SqlSite { Box::leak(Box::new(SqlSite { name, driver, site: SiteCell::new() })) };
        *SITES.write().entry((name, driver)).or_insert_with(new)
    });
    site.site.get(site)
}

impl Describe for SqlSite {
    fn span_name(&'static self) -> Cow<'static, str> {
        Cow::Borrowed(self.name)
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Internal
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        into.push(KeyValue::new(DB_SYSTEM_NAME, source::system(self.driver)));
    }

    /// They have histograms of their own, by what the site cannot know.
    fn measure(&'static self) -> Measure {
        Measure::Nothing
    }

    fn metric_of_ended(&'static self, span: &EndedSpan<'_>) -> Option<Metric> {
        transaction::metric_of_ended(span)
    }
}
