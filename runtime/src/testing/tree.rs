//! The span tree as text.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use opentelemetry::SpanId;
use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;
use opentelemetry_semantic_conventions::attribute::ERROR_TYPE;

use super::span::attribute;

/// Spans of any number of traces as indented text, roots in the order of their start, with those attributes that
/// `keys` names. A span whose parent is not among the spans is a root.
pub fn span_tree(spans: &[SpanData], keys: &[&str]) -> String {
    Tree::of(spans, keys).text()
}

/// [`span_tree`] with the events of every span below it.
pub(super) fn span_tree_with_events(spans: &[SpanData]) -> String {
    Tree { shows_events: true, ..Tree::of(spans, &[]) }.text()
}

struct Tree<'s> {
    children: HashMap<SpanId, Vec<&'s SpanData>>,
    keys: &'s [&'s str],
    shows_events: bool,
    text: String,
}

impl<'s> Tree<'s> {
    fn of(spans: &'s [SpanData], keys: &'s [&'s str]) -> Tree<'s> {
        let ids: HashSet<SpanId> = spans.iter().map(|span| span.span_context.span_id()).collect();
        let mut children: HashMap<SpanId, Vec<&SpanData>> = HashMap::new();
        for span in spans {
            let parent = span.parent_span_id;
            let parent = if ids.contains(&parent) { parent } else { SpanId::INVALID };
            children.entry(parent).or_default().push(span);
        }
        for siblings in children.values_mut() {
            siblings.sort_by_key(|span| span.start_time);
        }
        Tree { children, keys, shows_events: false, text: String::new() }
    }

    fn text(mut self) -> String {
        self.render(SpanId::INVALID, 0);
        self.text
    }

    fn render(&mut self, parent: SpanId, depth: usize) {
        for span in self.children.remove(&parent).into_iter().flatten() {
            self.text.extend(std::iter::repeat_n("  ", depth));
            self.text.push_str(&span.name);
            self.text.push_str(&outcome(span));
            for attribute in span.attributes.iter().filter(|found| self.keys.contains(&found.key.as_str())) {
                let _infallible = write!(self.text, " {}={}", attribute.key, attribute.value);
            }
            self.text.push('\n');
            for event in span.events.iter().filter(|_| self.shows_events) {
                self.text.extend(std::iter::repeat_n("  ", depth + 1));
                let _infallible = writeln!(self.text, "- {}", event.name);
            }
            self.render(span.span_context.span_id(), depth + 1);
        }
    }
}

fn outcome(span: &SpanData) -> String {
    match (&span.status, attribute(span, "outcome").as_deref()) {
        (Status::Error { .. }, Some("panicked")) => " [panicked]".to_owned(),
        (Status::Error { .. }, _) => format!(" [error: {}]", attribute(span, ERROR_TYPE).unwrap_or_default()),
        (_, Some("cancelled")) => " [cancelled]".to_owned(),
        (_, Some("no_row")) => " [no row]".to_owned(),
        (_, Some("rolled_back")) => " [rolled back]".to_owned(),
        _ => String::new(),
    }
}

/// A tree for a message: it tells the newcomer's first mistake from others.
pub(super) fn shown(tree: &str) -> String {
    if tree.is_empty() {
        return "no trace was recorded; is the call within `telemetry.root(…)`?".to_owned();
    }
    folded(tree)
}

/// A tree in which neighbours that are alike, with all that is below them, are one, with how often they stand there.
fn folded(tree: &str) -> String {
    let lines: Vec<&str> = tree.lines().collect();
    let mut folded = String::with_capacity(tree.len());
    fold_siblings(&lines, &mut folded);
    folded
}

fn fold_siblings(lines: &[&str], into: &mut String) {
    let Some(first) = lines.first() else { return };
    let depth = depth(first);
    let siblings: Vec<&[&str]> = lines.chunk_by(|_, next| self::depth(next) > depth).collect();
    for alike in siblings.chunk_by(|sibling, next| sibling == next) {
        let (span, below) = (alike[0][0], &alike[0][1..]);
        let _infallible = match alike.len() {
            1 => writeln!(into, "{span}"),
            times => writeln!(into, "{span} (×{times})"),
        };
        fold_siblings(below, into);
    }
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn neighbours_that_are_alike_are_folded() {
        assert_eq!(folded("a\n  b\n  b\n  b\n  c\na\n"), "a\n  b (×3)\n  c\na\n");
        assert_eq!(folded(""), "");
    }

    #[test]
    fn so_are_they_with_all_that_is_below_them() {
        let each = "  get\n    one\n      SELECT tasks\n      SELECT tasks\n";
        let other = "  get\n    one [no row]\n      SELECT tasks\n";
        assert_eq!(
            folded(&format!("a\n{each}{each}{each}{other}  end\n")),
            format!("a\n  get (×3)\n    one\n      SELECT tasks (×2)\n{other}  end\n")
        );
    }
}
