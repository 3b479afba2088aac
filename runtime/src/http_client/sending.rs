//! A request on its way, until the head of its response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use reqwest::Response;
use reqwest_middleware::Result;

use super::exchange::Exchange;
use super::status;
use crate::call::Call;
use crate::ctx::Ctx;
use crate::outcome::{ErrorClass, Outcome};

pin_project! {
    /// The call that sends a request. It ends as what the request turned out to be: one with this status.
    pub(super) struct Sending<F> {
        // Before the call, so that what is cancelled in it ends first.
        #[pin]
        request: F,
        exchange: &'static Exchange,
        call: Call,
    }
}

impl<F> Sending<F> {
    pub(super) fn new(exchange: &'static Exchange, request: F) -> Sending<F> {
        Sending { request, exchange, call: Call::new(Ctx::current(), exchange.site()) }
    }
}

impl<F: Future<Output = Result<Response>>> Future for Sending<F> {
    type Output = Result<Response>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Response>> {
        let this = self.project();
        let polling = this.call.poll();
        let output = this.request.poll(cx);
        match &output {
            Poll::Ready(Ok(response)) => {
                let status = response.status();
                polling.becomes(this.exchange.answered(status).site()).ended(status::outcome(status));
            }
            Poll::Ready(Err(error)) => polling.ended(Outcome::Error(error.error_class())),
            Poll::Pending => polling.pending(),
        }
        output
    }
}
