//! The service that the layer makes of one, and the future of its response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::endpoints::Operators;
use super::layer::{HttpLayer, PlainBody};
use super::served::ServedRequest;
use crate::outcome::Outcome;

/// A service whose requests are traces; see [`Telemetry::http_layer`](crate::Telemetry::http_layer).
#[derive(Clone, Debug)]
#[must_use = "a service does nothing until it is called"]
pub struct HttpService<S, B = PlainBody> {
    pub(super) inner: S,
    pub(super) layer: HttpLayer<B>,
}

/// Marks a request that a layer has.
#[derive(Clone, Copy)]
pub(super) struct Seen;

impl<S, M> HttpService<S, M> {
    /// Begins a request. `None` where another layer has it: routers nest, and so may their layers, of which the outermost has
    /// the request. `route_of` says its route where no router has.
    pub(super) fn begin<B>(
        &self,
        request: &mut Request<B>,
        route_of: impl FnOnce(&Request<B>) -> Option<&'static str>,
    ) -> Option<ServedRequest> {
        let is_seen = request.extensions_mut().insert(Seen).is_some();
        (!is_seen).then(|| ServedRequest::start(&self.layer, request, route_of))
    }
}

impl<S, B, R> Service<Request<B>> for HttpService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> ResponseFuture<S::Future> {
        let mut served = self.begin(&mut request, |request| self.layer.route_of(request));
        let response = match &mut served {
            Some(served) => served.run(|| self.inner.call(request)),
            None => self.inner.call(request),
        };
        ResponseFuture { response, served }
    }
}

pin_project! {
    /// The response to a traced request.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        // Before the request, so that what is cancelled in it ends first.
        #[pin]
        response: F,
        // `None` for a request that is let pass, and for one that has ended.
        served: Option<ServedRequest>,
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(served) = this.served else { return this.response.poll(cx) };
        let mut output = ready!(served.run(|| this.response.poll(cx)));
        if answered(served, &mut output) {
            served.end(Outcome::Ok);
        }
        *this.served = None;
        Poll::Ready(output)
    }
}

/// Tells the request its response; whether there is one that may go on.
pub(super) fn answered<R, E>(served: &mut ServedRequest, output: &mut Result<Response<R>, E>) -> bool {
    match output {
        Ok(response) if response.extensions().get::<Operators>().is_some() => served.discard(),
        Ok(response) => {
            served.respond(response.status(), response.headers_mut());
            return true;
        }
        Err(_) => served.fail(),
    }
    false
}
