//! `sqlx::query(…).fetch_all(X)`: which chains execute a query of sqlx.
//!
//! `execute(command)` and `fetch(url)` are common names. Only an expression that names sqlx counts, or a variable
//! that was bound to one.

use std::rc::Rc;

use proc_macro2::{Group, TokenTree};

use super::binding::Let;
use super::chain::{Chain, Head, Link};
use super::literals;
use super::tokens::{argument_count, inside, is_word};

/// Methods of sqlx that take one executor. The second column: nobody else has them.
const EXECUTORS: &[(&str, bool)] = &[
    ("execute", false),
    ("execute_many", true),
    ("fetch", false),
    ("fetch_all", true),
    ("fetch_many", true),
    ("fetch_one", true),
    ("fetch_optional", true),
];

/// What an expression is so far.
#[derive(Clone, PartialEq, Eq)]
enum Known {
    Nothing,
    /// A `QueryBuilder`.
    Builder,
    /// Something called `query…` that is not of sqlx itself.
    Likely,
    /// With its text, where that stands in the body.
    Query(Option<Rc<str>>),
}

impl Known {
    fn is_executed_by(&self, method: &str) -> bool {
        match self {
            Known::Query(_) => true,
            Known::Likely => is_only_sqlx(method),
            Known::Nothing | Known::Builder => false,
        }
    }

    fn text(self) -> Option<Rc<str>> {
        match self {
            Known::Query(text) => text,
            Known::Nothing | Known::Builder | Known::Likely => None,
        }
    }
}

/// What a `let` makes of a variable.
#[derive(Clone)]
pub struct Meaning {
    name: String,
    known: Known,
}

/// A query that is executed.
pub struct Statement {
    /// Where its executor stands.
    pub arguments: usize,
    pub executor: Vec<TokenTree>,
    pub text: Option<Rc<str>>,
    /// Whether it is to return a row.
    pub wants_row: bool,
}

/// The variables of a body that hold a query or a builder of one.
#[derive(Clone, Default)]
pub struct Queries {
    variables: Vec<Meaning>,
}

impl Queries {
    /// What the variable means behind the statement.
    pub fn meaning(&self, tokens: &[TokenTree], binding: &Let) -> Option<Meaning> {
        let name = binding.name()?.to_string();
        let known = match Chain::at(tokens, binding.value) {
            Some(chain) if chain.end == binding.end => self.walk(&chain, |_| {}),
            _ => Known::Nothing,
        };
        let is_builder = binding.ty.iter().any(|token| is_word(token, "QueryBuilder"));
        let known = if known == Known::Nothing && is_builder { Known::Builder } else { known };
        Some(Meaning { name, known })
    }

    pub fn settle(&mut self, meaning: Option<Meaning>) {
        self.variables.extend(meaning);
    }

    /// The queries that `chain` executes.
    pub fn executed(&self, chain: &Chain) -> Vec<Statement> {
        let mut executed = Vec::new();
        self.walk(chain, |statement| executed.push(statement));
        executed
    }

    /// Follows a chain from its head and says what it is in the end.
    fn walk(&self, chain: &Chain, mut executed: impl FnMut(Statement)) -> Known {
        let mut known = self.head(chain);
        for (at, link) in chain.links.iter().enumerate() {
            let Link::Method { text, arguments, argument_tokens, .. } = link else {
                // A query is built without failing: what was opened or awaited is no longer one.
                if matches!(link, Link::Await { .. } | Link::Try | Link::Field(_)) {
                    known = Known::Nothing;
                }
                continue;
            };
            if is_executor(text) {
                let query = std::mem::replace(&mut known, Known::Nothing);
                if query.is_executed_by(text)
                    && let Some(executor) = executor(argument_tokens)
                {
                    let wants_row = text == "fetch_one";
                    executed(Statement { arguments: *arguments, executor, text: query.text(), wants_row });
                }
            } else {
                known = after_method(known, text, chain.links.get(at + 1));
            }
        }
        known
    }

    fn head(&self, chain: &Chain) -> Known {
        let Head::Path(segments) = &chain.head else { return Known::Nothing };
        let Some(last) = segments.last() else { return Known::Nothing };
        if segments.iter().any(|segment| segment == "QueryBuilder") {
            return Known::Builder;
        }
        let (is_macro, arguments) = match chain.links.first() {
            Some(Link::Call { argument_tokens }) => (false, argument_tokens),
            Some(Link::Macro { argument_tokens, .. }) => (true, argument_tokens),
            _ if segments.len() == 1 => return self.variable(last),
            _ => return Known::Nothing,
        };
        let is_sqlx = segments.first().is_some_and(|first| first == "sqlx");
        if is_query_function(last) {
            Known::Query(literals::text(last, is_macro, arguments))
        } else if is_sqlx && last.starts_with("query") {
            Known::Query(None)
        } else if last.starts_with("query") {
            Known::Likely
        } else {
            Known::Nothing
        }
    }

    fn variable(&self, name: &str) -> Known {
        let newest = self.variables.iter().rev().find(|variable| variable.name == name);
        newest.map_or(Known::Nothing, |variable| variable.known.clone())
    }
}

fn after_method(before: Known, method: &str, next: Option<&Link>) -> Known {
    match method {
        "build" if before == Known::Builder || executes_surely(next) => Known::Query(None),
        "build" | "expect" | "unwrap" => Known::Nothing,
        _ if method.starts_with("build_query") => Known::Query(None),
        _ => before,
    }
}

/// `query`, `query_as_with`, `query_file_scalar_unchecked`: sqlx's functions and macros.
fn is_query_function(name: &str) -> bool {
    const PARTS: &[&str] = &["as", "file", "scalar", "statement", "unchecked", "with", "result"];
    let mut parts = name.split('_');
    name == "raw_sql" || (parts.next() == Some("query") && parts.all(|part| PARTS.contains(&part)))
}

fn is_executor(method: &str) -> bool {
    EXECUTORS.iter().any(|(name, _)| *name == method)
}

/// Whether an executor method follows whose name nobody else has: `build` is everyone's.
fn executes_surely(next: Option<&Link>) -> bool {
    let Some(Link::Method { text, .. }) = next else { return false };
    is_only_sqlx(text)
}

fn is_only_sqlx(method: &str) -> bool {
    EXECUTORS.iter().any(|(name, only_sqlx)| *only_sqlx && *name == method)
}

/// The one argument, if the context was not given to it by hand.
fn executor(arguments: &Group) -> Option<Vec<TokenTree>> {
    let tokens = inside(arguments);
    let given = match &tokens[..] {
        [.., method, TokenTree::Group(_)] => is_word(method, "sql"),
        _ => false,
    };
    (argument_count(&tokens) == 1 && !given).then_some(tokens)
}
