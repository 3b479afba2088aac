//! The layer that makes spans of `tracing`, which other crates open, spans of ours.

use std::cell::RefCell;

use tracing::Subscriber;
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::fields::{Fields, Logged};
use super::nested_site::NestedSite;
use super::span_events::is_own;
use crate::ctx::Ctx;
use crate::outcome::Outcome;
use crate::record::{Note, NoteRecord};
use crate::span::Span;
use crate::trace;

/// What the texts of a span's fields may take.
const MAX_TEXT: usize = 4 << 10;
/// By the conventions, what is not known better.
const ERROR_CLASS: &str = "_OTHER";

/// Opens a span of ours for every span of `tracing` that reaches it, in the context it is made in. Whenever that one is
/// entered, ours is the current one.
pub(super) struct NestedSpans {
    /// Whether fields are attributes.
    pub(super) shows_fields: bool,
}

/// Ours, in the extensions of theirs.
struct Nested {
    span: Span,
    outcome: Outcome,
}

impl NestedSpans {
    /// Takes what a span says of itself, at its start or later.
    fn take(&self, fields: Fields, nested: &mut Nested) {
        for (key, value) in fields.values {
            if says_error(key, &value) {
                nested.outcome = Outcome::Error(ERROR_CLASS);
            }
            let is_for_bridges = key.starts_with("otel.");
            if self.shows_fields
                && !is_for_bridges
                && let Some(value) = value.attribute()
            {
                let (ctx, note) = (nested.span.ctx(), Note::Attribute { key, value });
                if let Some(note) = NoteRecord::new(ctx.span, note) {
                    trace::note(ctx.key, note);
                }
            }
        }
    }
}

/// As `tracing-opentelemetry` and those who write for it have it.
fn says_error(key: &str, value: &Logged) -> bool {
    match (key, value) {
        ("error", Logged::Bool(failed)) => *failed,
        ("error", _) => true,
        ("otel.status_code", Logged::Text(code)) => code.eq_ignore_ascii_case("error"),
        _ => false,
    }
}

/// The context that a new span belongs to.
fn parent<S>(attributes: &Attributes<'_>, spans: &Context<'_, S>) -> Ctx
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let given = || {
        let parent = spans.span(attributes.parent()?)?;
        parent.extensions().get::<Nested>().map(|nested| nested.span.ctx())
    };
    if attributes.is_root() { Ctx::none() } else { given().unwrap_or_else(Ctx::current) }
}

impl<S> Layer<S> for NestedSpans
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, spans: Context<'_, S>) {
        let (ctx, metadata) = (parent(attributes, &spans), attributes.metadata());
        let Some(theirs) = spans.span(id).filter(|_| ctx.is_recording() && !is_own(metadata)) else { return };
        // Of several such layers under one subscriber, the first has the span.
        if theirs.extensions().get::<Nested>().is_some() {
            return;
        }
        let fields = Fields::collect(MAX_TEXT, |fields| attributes.record(fields));
        let name = self.shows_fields.then(|| fields.text_of("otel.name")).flatten();
        let mut span = Span::unopened(ctx, NestedSite::of(metadata, name));
        span.open(ctx);
        let mut nested = Nested { span, outcome: Outcome::Ok };
        self.take(fields, &mut nested);
        theirs.extensions_mut().insert(nested);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, spans: Context<'_, S>) {
        let Some(theirs) = spans.span(id) else { return };
        // Their values are shown by foreign code, which must not find the extensions locked.
        let fields = Fields::collect(MAX_TEXT, |fields| record.record(fields));
        if let Some(nested) = theirs.extensions_mut().get_mut::<Nested>() {
            self.take(fields, nested);
        }
    }

    fn on_enter(&self, id: &Id, spans: Context<'_, S>) {
        if let Some(ctx) = ctx_of(id, &spans) {
            enter(id, ctx);
        }
    }

    fn on_exit(&self, id: &Id, spans: Context<'_, S>) {
        if let Some(ctx) = ctx_of(id, &spans) {
            exit(id, ctx);
        }
    }

    fn on_close(&self, id: Id, spans: Context<'_, S>) {
        let nested = spans.span(&id).and_then(|theirs| theirs.extensions_mut().remove::<Nested>());
        if let Some(Nested { mut span, outcome }) = nested {
            span.finish(outcome);
        }
    }
}

fn ctx_of<S>(id: &Id, spans: &Context<'_, S>) -> Option<Ctx>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    spans.span(id)?.extensions().get::<Nested>().map(|nested| nested.span.ctx())
}

thread_local! {
    /// The spans that are entered on this thread, and the contexts that were current before.
    static ENTERED: RefCell<Vec<(Id, Ctx)>> = const { RefCell::new(Vec::new()) };
}

fn enter(id: &Id, ctx: Ctx) {
    // A thread that is being torn down has none.
    let _torn_down = ENTERED.try_with(|entered| entered.borrow_mut().push((id.clone(), Ctx::current())));
    ctx.set_current();
}

/// Puts back what was current before the span was entered.
///
/// Spans may be left in another order than that of their entering, or after the poll they were entered in: then something
/// else is current by now, which stays.
fn exit(id: &Id, ctx: Ctx) {
    let left = ENTERED.try_with(|entered| {
        let mut entered = entered.borrow_mut();
        let found = entered.iter().rposition(|(of, _)| of == id)?;
        let (_, before) = entered.remove(found);
        match entered.get_mut(found) {
            // Whoever was entered in this one goes back to where this one would have.
            Some((_, above)) => {
                *above = before;
                None
            }
            None => Some(before),
        }
    });
    if let Ok(Some(before)) = left
        && Ctx::current() == ctx
    {
        before.set_current();
    }
}
