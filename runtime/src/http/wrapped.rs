//! The service of a layer that times bodies or catches panics, whose responses have a body of its own for that.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response, StatusCode};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::body::{self, HttpBody};
use super::layer::PlainBody;
use super::served::ServedRequest;
use super::service::{HttpService, answered};
use crate::outcome::Outcome;

/// Responses have an [`HttpBody`](super::HttpBody); see [`HttpLayer`](super::HttpLayer).
#[derive(Clone, Copy, Debug, Default)]
pub struct WrappedBody {
    pub(super) is_timed: bool,
    pub(super) catches_panics: bool,
}

impl From<PlainBody> for WrappedBody {
    fn from(_: PlainBody) -> WrappedBody {
        WrappedBody::default()
    }
}

impl<S, B, R> Service<Request<B>> for HttpService<S, WrappedBody>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    type Response = Response<HttpBody<R>>;
    type Error = S::Error;
    type Future = WrappedFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> WrappedFuture<S::Future> {
        let wrapped = self.layer.body;
        let mut has_panicked = false;
        let mut served = self.begin(&mut request, |request| {
            let route = wrapped.part(|| self.layer.route_of(request));
            has_panicked = route.is_none();
            route.flatten()
        });
        let response = match &mut served {
            Some(_) if has_panicked => None,
            Some(served) => served.run(|| wrapped.part(|| self.inner.call(request))),
            None => Some(self.inner.call(request)),
        };
        WrappedFuture { response, served, wrapped }
    }
}

pin_project! {
    /// The response to a traced request, of a layer that times bodies or catches panics.
    #[must_use = "futures do nothing unless polled"]
    pub struct WrappedFuture<F> {
        // `None` once it has panicked. Before the request, so that what is cancelled in it ends first.
        #[pin]
        response: Option<F>,
        // `None` for a request that is let pass, and for one that has its response.
        served: Option<ServedRequest>,
        wrapped: WrappedBody,
    }
}

impl<F, R, E> Future for WrappedFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body,
{
    type Output = Result<Response<HttpBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(mut served) = this.served.take() else {
            // What was answered for a panic has nothing more to say.
            let Some(response) = this.response.as_pin_mut() else { return Poll::Pending };
            return response.poll(cx).map(|output| Ok(output?.map(HttpBody::untimed)));
        };
        let wrapped = *this.wrapped;
        let polled = served.run(|| {
            let response = this.response.as_mut().as_pin_mut()?;
            wrapped.part(|| response.poll(cx))
        });
        match polled {
            Some(Poll::Pending) => {
                *this.served = Some(served);
                Poll::Pending
            }
            Some(Poll::Ready(output)) => Poll::Ready(wrapped.answer(served, output)),
            None => {
                // What else it was at is cancelled with it, and within the request.
                let _panicked_again = served.run(|| wrapped.part(|| this.response.set(None)));
                Poll::Ready(Ok(panicked(served)))
            }
        }
    }
}

impl WrappedBody {
    /// Runs a part of a request; `None` if it panicked and that is caught.
    fn part<T>(self, part: impl FnOnce() -> T) -> Option<T> {
        if !self.catches_panics {
            return Some(part());
        }
        // What the application left half done when it panicked is its own, as under any server that goes on.
        match catch_unwind(AssertUnwindSafe(part)) {
            Ok(output) => Some(output),
            Err(payload) => {
                // A payload may panic in turn when it is dropped; the last one is let be.
                if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                    std::mem::forget(payload);
                }
                None
            }
        }
    }

    /// Gives the request its response, and the response what is to end it.
    fn answer<R: Body, E>(
        self,
        mut served: ServedRequest,
        mut output: Result<Response<R>, E>,
    ) -> Result<Response<HttpBody<R>>, E> {
        let goes_on = answered(&mut served, &mut output);
        let (head, body) = output?.into_parts();
        let body = if goes_on && self.is_timed && served.may_have_body() {
            let remaining = served.run(|| self.part(|| body::remaining(&body, &head.headers)));
            let Some(remaining) = remaining else {
                let _panicked_again = served.run(|| self.part(|| drop(body)));
                return Ok(panicked(served));
            };
            HttpBody::timed(body, remaining, served)
        } else {
            if goes_on {
                served.end(Outcome::Ok);
            }
            HttpBody::untimed(body)
        };
        Ok(Response::from_parts(head, body))
    }
}

/// The response to a request that panicked.
fn panicked<R>(mut served: ServedRequest) -> Response<HttpBody<R>> {
    let mut response = Response::new(HttpBody::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    served.respond(response.status(), response.headers_mut());
    served.end(Outcome::Panicked);
    response
}
