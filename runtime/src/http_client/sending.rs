//! A request on its way, until the head of its response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use reqwest::{Response, StatusCode};
use reqwest_middleware::Result;

use super::exchange::Exchange;
use crate::call::Call;
use crate::ctx::Ctx;
use crate::http_status;
use crate::outcome::{ErrorClass, Outcome};

pin_project! {
    /// The call that sends a request. It ends as what the request turned out to be: one with this status.
    pub(super) struct Sending<F> {
        // Before the call, so that what is cancelled in it ends first.
        #[pin]
        request: F,
        exchange: &'static Exchange,
        // Where that of the exchange is `other` so far.
        host: Option<String>,
        call: Call,
    }
}

impl<F> Sending<F> {
    pub(super) fn new(exchange: &'static Exchange, host: Option<String>, request: F) -> Sending<F> {
        Sending { request, exchange, host, call: Call::new(Ctx::current(), exchange.site()) }
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
                let answered = this.exchange.answered(status, this.host.as_deref());
                polling.becomes(answered.site()).ended(outcome(status));
            }
            Poll::Ready(Err(error)) => polling.ended(Outcome::Error(error.error_class())),
            Poll::Pending => polling.pending(),
        }
        output
    }
}

/// By the conventions, statuses of 400 and above are errors to who sent the request, too.
fn outcome(status: StatusCode) -> Outcome {
    if status.is_client_error() || status.is_server_error() {
        Outcome::Error(http_status::text(status))
    } else {
        Outcome::Ok
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use crate::outcome::Outcome;

    #[test]
    fn from_400_to_599_statuses_are_errors() {
        let outcome = |status| super::outcome(StatusCode::from_u16(status).unwrap());
        assert_eq!([100, 204, 302, 399, 600, 999].map(outcome), [Outcome::Ok; 6]);
        assert_eq!([400, 404, 499].map(outcome), ["400", "404", "499"].map(Outcome::Error));
        assert_eq!([500, 599].map(outcome), ["500", "599"].map(Outcome::Error));
    }
}
