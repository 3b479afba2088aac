//! The constant part of a request: its method, its host, its template and, once it was answered, the status.

use std::borrow::Cow;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use opentelemetry_semantic_conventions::attribute::{
    HTTP_REQUEST_METHOD, HTTP_RESPONSE_STATUS_CODE, URL_TEMPLATE,
};
use reqwest::{Method, StatusCode};

use super::{UrlTemplate, known};
use crate::core::{Core, Metric};
use crate::counters::Counted;
use crate::ctx::Ctx;
use crate::exemplars::EndedSpan;
use crate::http_method::KnownMethod;
use crate::http_status;
use crate::names::{RESENDS, SENT_REQUESTS};
use crate::outcome::Outcome;
use crate::site::{Describe, Measure, Site, SiteCell};

/// What requests have in common that are sent to one host, in one way, and end alike; there is one of each for the life of the
/// process.
pub(super) struct Exchange {
    kind: Kind,
    /// The value of the label.
    host: String,
    site: SiteCell,
}

/// All but the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) method: KnownMethod,
    pub(super) template: Option<&'static str>,
    /// `None` until it is answered, and of what never is.
    pub(super) status: Option<StatusCode>,
}

impl Kind {
    pub(super) fn without_template(self) -> Kind {
        Kind { template: None, ..self }
    }
}

impl Exchange {
    /// A request that is to be sent.
    pub(super) fn of(
        method: &Method,
        template: Option<UrlTemplate>,
        host: Option<&str>,
    ) -> &'static Exchange {
        let template = template.map(|UrlTemplate(template)| template);
        known::exchange(Kind { method: KnownMethod::of(method), template, status: None }, host)
    }

    /// The same, with its answer, which has `host` a label if there was none before.
    pub(super) fn answered(&self, status: StatusCode, host: Option<&str>) -> &'static Exchange {
        known::exchange(Kind { status: Some(status), ..self.kind }, host.or(Some(&self.host)))
    }

    /// Counts that it is sent again.
    pub(super) fn resent(&'static self, ctx: Ctx) {
        if let Some(core) = Core::of(ctx.key) {
            core.counters.add(&RESENDS, self);
        }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn leaked(kind: Kind, host: &str) -> &'static Exchange {
        Box::leak(Box::new(Exchange { kind, host: host.to_owned(), site: SiteCell::new() }))
    }

    pub(super) fn site(&'static self) -> &'static Site {
        self.site.get(self)
    }

    fn series(&self, status: &str) -> Metric {
        Metric::of(
            &SENT_REQUESTS,
            Box::new([&*self.host, self.kind.method.name(), status].map(str::to_owned)),
        )
    }
}

impl Counted for Exchange {
    fn labels(&'static self) -> Vec<String> {
        vec![self.host.clone(), self.kind.method.name().to_owned()]
    }
}

impl Describe for Exchange {
    fn span_name(&'static self) -> Cow<'static, str> {
        self.kind.method.span_name(self.kind.template).into()
    }

    fn span_kind(&'static self) -> SpanKind {
        SpanKind::Client
    }

    fn attributes(&'static self, into: &mut Vec<KeyValue>) {
        into.push(KeyValue::new(HTTP_REQUEST_METHOD, self.kind.method.name()));
        into.extend(self.kind.template.map(|template| KeyValue::new(URL_TEMPLATE, template)));
        let status = self.kind.status.map(|status| i64::from(status.as_u16()));
        into.extend(status.map(|status| KeyValue::new(HTTP_RESPONSE_STATUS_CODE, status)));
    }

    fn measure(&'static self) -> Measure {
        match self.kind.status {
            Some(code) => Measure::One(self.series(http_status::text(code))),
            None => Measure::ByOutcome,
        }
    }

    /// What ends without a response has its class, or its outcome, for a status.
    fn metric(&'static self, outcome: Outcome) -> Option<Metric> {
        Some(self.series(match outcome {
            Outcome::Error(class) => class,
            Outcome::Ok | Outcome::Cancelled | Outcome::Panicked => outcome.label(),
        }))
    }

    fn metric_of_ended(&'static self, span: &EndedSpan<'_>) -> Option<Metric> {
        if self.kind.status.is_none() { self.metric(span.record.outcome) } else { None }
    }
}
