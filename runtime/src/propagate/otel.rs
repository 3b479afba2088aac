//! Contexts as OpenTelemetry's, for clients that others have instrumented.

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanContext, TraceContextExt};

use super::baggage::Baggage;
use super::{Carried, Remote, RemoteParent, TraceState, carried};
use crate::ctx::Ctx;

impl Ctx {
    /// This context as OpenTelemetry's, with the trace state and the baggage: what other instrumentation starts under it
    /// becomes part of this trace. Without a trace it is an empty one.
    ///
    /// ```
    /// use opentelemetry::trace::FutureExt;
    /// use spanweave::Ctx;
    ///
    /// # async fn send() {}
    /// # async fn call() {
    /// let ctx = Ctx::current();
    /// send().with_context(ctx.to_otel()).await;       // a future
    /// let _guard = ctx.to_otel().attach();            // a scope
    /// # }
    /// ```
    pub fn to_otel(self) -> Context {
        let Some(parent) = self.as_parent() else { return Context::new() };
        let Carried { trace_state, baggage } = carried::of(self.key);
        let span = parent.span_context(false, trace_state.to_otel());
        let context = Context::new().with_remote_span_context(span);
        if baggage.is_empty() { context } else { context.with_baggage(baggage.to_otel()) }
    }
}

impl From<&Context> for Remote {
    fn from(context: &Context) -> Remote {
        let span = context.span();
        let mut remote = Remote::from(span.span_context());
        remote.carried.baggage = Baggage::of(context.baggage());
        remote
    }
}

impl From<&SpanContext> for Remote {
    fn from(context: &SpanContext) -> Remote {
        let trace_state = TraceState::of(context.trace_state());
        Remote {
            parent: RemoteParent::of(context),
            foreign: context.is_remote(),
            carried: Carried { trace_state, baggage: Baggage::default() },
        }
    }
}
