//! The body of a response whose request may end with it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::served::ServedRequest;
use crate::outcome::Outcome;

/// The class of a body that broke off.
const BODY_ERROR: &str = "body_error";

pin_project! {
    /// The body that [`HttpLayer::time_body`](super::HttpLayer::time_body) times: it is that of the response, frame by frame, or
    /// none, where there was a panic in its place.
    #[must_use = "a body is sent by whoever polls it"]
    pub struct HttpBody<R> {
        // Before the request, so that what is cancelled in it ends first.
        #[pin]
        inner: Option<R>,
        timed: Option<Timed>,
    }
}

/// A request that ends with its body.
struct Timed {
    served: ServedRequest,
    /// The bytes that are still to come, where the length is known: a connection that has them asks for no more.
    remaining: Option<u64>,
}

impl<R> fmt::Debug for HttpBody<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpBody").field("is_timed", &self.timed.is_some()).finish_non_exhaustive()
    }
}

impl<R> HttpBody<R> {
    pub(super) fn empty() -> HttpBody<R> {
        HttpBody { inner: None, timed: None }
    }

    pub(super) fn untimed(inner: R) -> HttpBody<R> {
        HttpBody { inner: Some(inner), timed: None }
    }
}

impl<R: Body> HttpBody<R> {
    /// A body that has so many [`remaining`] bytes. One that is empty ends the request at once.
    pub(super) fn timed(inner: R, remaining: Option<u64>, mut served: ServedRequest) -> HttpBody<R> {
        if remaining == Some(0) {
            served.end(Outcome::Ok);
            return HttpBody::untimed(inner);
        }
        HttpBody { inner: Some(inner), timed: Some(Timed { served, remaining }) }
    }
}

/// How many bytes the body of a response with these headers is to give, if that is known.
pub(super) fn remaining<R: Body>(body: &R, headers: &HeaderMap) -> Option<u64> {
    let promised = || headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok();
    if body.is_end_stream() { Some(0) } else { body.size_hint().exact().or_else(promised) }
}

impl<R: Body> Body for HttpBody<R> {
    type Data = R::Data;
    type Error = R::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<R::Data>, R::Error>>> {
        let mut this = self.project();
        let Some(mut inner) = this.inner.as_mut().as_pin_mut() else { return Poll::Ready(None) };
        let Some(timed) = this.timed else { return inner.poll_frame(cx) };
        // Caught, so that the request ends with what is known of it; the connection breaks as it would without the layer.
        let poll = || inner.as_mut().poll_frame(cx).map(|frame| (frame, inner.is_end_stream()));
        let (frame, end) = match timed.served.run(|| catch_unwind(AssertUnwindSafe(poll))) {
            Ok(polled) => {
                let (frame, is_last) = ready!(polled);
                let end = timed.end_at(frame.as_ref(), is_last);
                (Ok(frame), end)
            }
            Err(payload) => (Err(payload), Some(Outcome::Panicked)),
        };
        if let Some(outcome) = end {
            timed.served.end(outcome);
            *this.timed = None;
        }
        Poll::Ready(frame.unwrap_or_else(|payload| resume_unwind(payload)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Timed {
    /// How the response has ended if this was the last that the body had to give, as that says or as is known of it.
    fn end_at<D: Buf, E>(&mut self, frame: Option<&Result<Frame<D>, E>>, is_last: bool) -> Option<Outcome> {
        let frame = match frame {
            None => return Some(Outcome::Ok),
            Some(Err(_)) => return Some(Outcome::Error(BODY_ERROR)),
            Some(Ok(frame)) => frame,
        };
        if let (Some(data), Some(remaining)) = (frame.data_ref(), &mut self.remaining) {
            *remaining = remaining.saturating_sub(data.remaining() as u64);
        }
        let is_last = is_last || frame.is_trailers() || self.remaining == Some(0);
        is_last.then_some(Outcome::Ok)
    }
}
