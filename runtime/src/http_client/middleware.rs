//! The middleware that makes every request a span.

use std::fmt;
use std::sync::Arc;

use http::Extensions;
use opentelemetry_semantic_conventions::attribute::{
    HTTP_REQUEST_RESEND_COUNT, NETWORK_PROTOCOL_VERSION, SERVER_ADDRESS, SERVER_PORT, URL_FULL,
};
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Middleware, Next, Result};

use super::UrlTemplate;
use super::exchange::Exchange;
use super::sending::Sending;
use super::shown_url::{self, Path};
use crate::ctx::Ctx;
use crate::http_version::{self, VERSIONS};
use crate::propagate;
use crate::telemetry::Propagators;

/// Makes every request of a client a CLIENT span, measures it, and sends the trace along.
///
/// A request is in the context that is current where it is sent, and needs no handle: outside any trace it has no span, and
/// is measured by the [installed](crate::Telemetry::install) handle. It ends with the head of its response: reading the body is
/// not part of it. A status of 400 or above is an error.
///
/// Add it last, so that what retries is around it: then every attempt is a span, with `http.request.resend_count`. Redirects
/// that reqwest follows are part of the one request.
///
/// ```
/// use reqwest_middleware::ClientBuilder;
/// use spanweave::http_client::TraceMiddleware;
///
/// let client = ClientBuilder::new(reqwest::Client::new()).with(TraceMiddleware::new()).build();
/// ```
#[derive(Clone, Default)]
#[must_use = "it traces nothing until a client is built with it"]
pub struct TraceMiddleware {
    shows_path: bool,
    /// Whether a host is one of the application's own; `None` where nobody has said.
    propagates_to: Option<Arc<IsOurs>>,
}

type IsOurs = dyn Fn(&Url) -> bool + Send + Sync;

impl TraceMiddleware {
    /// Paths are not shown; `traceparent` and `tracestate` go to every host, and `baggage` to none.
    pub fn new() -> TraceMiddleware {
        TraceMiddleware::default()
    }

    /// Whether the span shows the path of a request that has no [`UrlTemplate`]; off by default, as paths hold ids of users and,
    /// in some protocols, secrets: that of a push is the token of a device.
    pub fn show_path(mut self, on: bool) -> TraceMiddleware {
        self.shows_path = on;
        self
    }

    /// Which URLs are of services that belong together: to them goes the whole context, `baggage` too, and to any other
    /// nothing at all: the three headers are taken out of its request, in a trace or not, as those that a handler forwards
    /// may be another's.
    ///
    /// Without it `traceparent` and `tracestate` go to every host, which are ids and a decision, and `baggage` to none, which is
    /// the application's data. Where reqwest follows a redirect, headers go with it, wherever that leads.
    ///
    /// ```
    /// use spanweave::http_client::TraceMiddleware;
    ///
    /// let middleware = TraceMiddleware::new()
    ///     .propagate_to(|url| url.host_str().is_some_and(|host| host.ends_with(".internal.example")));
    /// ```
    pub fn propagate_to(mut self, is_ours: impl Fn(&Url) -> bool + Send + Sync + 'static) -> TraceMiddleware {
        self.propagates_to = Some(Arc::new(is_ours));
        self
    }

    /// Writes the headers that the receiver is to have, and takes out those that it is not.
    fn propagate(&self, ctx: Ctx, request: &mut Request) {
        let wanted = match &self.propagates_to {
            None => Propagators::none().tracecontext(true),
            Some(is_ours) if is_ours(request.url()) => Propagators::default(),
            Some(_) => return propagate::remove(request.headers_mut()),
        };
        ctx.inject_only(request.headers_mut(), wanted);
    }

    fn path(&self, template: Option<UrlTemplate>) -> Path {
        match template {
            Some(UrlTemplate(template)) => Path::Template(template),
            None if self.shows_path => Path::Shown,
            None => Path::Hidden,
        }
    }

    /// Sets what is known of a request before it is sent.
    fn describe(&self, ctx: Ctx, url: &Url, template: Option<UrlTemplate>, resends: u32) {
        if ctx.is_recording() {
            ctx.set(URL_FULL, shown_url::shown(url, self.path(template)));
            ctx.set(SERVER_ADDRESS, shown_url::host(url));
            ctx.set(SERVER_PORT, url.port_or_known_default());
            ctx.set(HTTP_REQUEST_RESEND_COUNT, Some(resends).filter(|resends| *resends > 0));
        }
    }
}

/// How often a request was sent so far: what retries it uses the same extensions for every attempt.
#[derive(Clone, Copy, Default)]
struct Attempts(u32);

impl Attempts {
    /// One more; says how many there were before.
    fn add(extensions: &mut Extensions) -> u32 {
        let Attempts(before) = extensions.get().copied().unwrap_or_default();
        extensions.insert(Attempts(before.saturating_add(1)));
        before
    }
}

#[async_trait::async_trait]
impl Middleware for TraceMiddleware {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let template = extensions.get::<UrlTemplate>().copied();
        let host = shown_url::host(request.url());
        let exchange = Exchange::of(request.method(), template, host);
        let host = host.filter(|host| *host != exchange.host()).map(str::to_owned);
        let resends = Attempts::add(extensions);
        if resends > 0 {
            exchange.resent(Ctx::current());
        }
        let sent = async {
            let ctx = Ctx::current();
            self.describe(ctx, request.url(), template, resends);
            self.propagate(ctx, &mut request);
            let response = next.run(request, extensions).await?;
            let version = http_version::place(response.version()).map(|place| VERSIONS[place].1);
            ctx.set(NETWORK_PROTOCOL_VERSION, version);
            Ok(response)
        };
        Sending::new(exchange, host, sent).await
    }
}

impl fmt::Debug for TraceMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceMiddleware").field("shows_path", &self.shows_path).finish_non_exhaustive()
    }
}
