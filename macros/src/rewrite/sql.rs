//! `sqlx::query(…).fetch_all(X)`: which chains execute a query of sqlx.
//!
//! `execute(command)` and `fetch(url)` are common names. Only an expression that names sqlx counts, or a variable
//! that was bound to one.

use proc_macro2::{Group, TokenTree};

use super::chain::{Chain, Head, Link};
use super::tokens::{argument_count, is_punct, is_word};

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
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    /// A `QueryBuilder`.
    Builder,
    /// Something called `query…` that is not of sqlx itself.
    Likely,
    Query,
}

/// The variables of a body that hold a query or a builder of one.
#[derive(Clone, Default)]
pub struct Queries {
    variables: Vec<(String, Known)>,
    /// Its initialiser ends at the next `;`, and still means what the name was before.
    pending: Option<(String, Known)>,
}

impl Queries {
    /// Takes note of what follows a `let`.
    pub fn note(&mut self, tokens: &[TokenTree]) {
        let Some((name, ty, value)) = binding(tokens) else { return };
        let known = match Chain::at(tokens, value) {
            Some(chain) if tokens.get(chain.end).is_some_and(|next| is_punct(next, ';')) => {
                self.walk(&chain, |_| {})
            }
            _ => Known::Nothing,
        };
        let is_builder = ty.iter().any(|token| is_word(token, "QueryBuilder"));
        let known = if known == Known::Nothing && is_builder { Known::Builder } else { known };
        self.pending = Some((name, known));
    }

    /// From here on the noted variable has its new meaning.
    pub fn settle(&mut self) {
        self.variables.extend(self.pending.take());
    }

    /// Where the executors stand that `chain` gives to queries.
    pub fn executed(&self, chain: &Chain) -> Vec<usize> {
        let mut executed = Vec::new();
        self.walk(chain, |arguments| executed.push(arguments));
        executed
    }

    /// Follows a chain from its head and says what it is in the end.
    fn walk(&self, chain: &Chain, mut executed: impl FnMut(usize)) -> Known {
        let mut known = self.head(chain);
        for (at, link) in chain.links.iter().enumerate() {
            let Link::Method { text, arguments, argument_tokens, .. } = link else {
                // A query is built without failing: what was opened or awaited is no longer one.
                if matches!(link, Link::Await | Link::Try | Link::Field(_)) {
                    known = Known::Nothing;
                }
                continue;
            };
            if is_executor(text) {
                let is_query = known == Known::Query || (known == Known::Likely && is_only_sqlx(text));
                if is_query && takes_executor(argument_tokens) {
                    executed(*arguments);
                }
                known = Known::Nothing;
            } else {
                known = after_method(known, text, chain.links.get(at + 1));
            }
        }
        known
    }

    fn head(&self, chain: &Chain) -> Known {
        let Head::Path(segments) = &chain.head else { return Known::Nothing };
        let Some(last) = segments.last() else { return Known::Nothing };
        let calls = matches!(chain.links.first(), Some(Link::Call | Link::Macro { .. }));
        let is_sqlx = segments.first().is_some_and(|first| first == "sqlx");
        if segments.iter().any(|segment| segment == "QueryBuilder") {
            Known::Builder
        } else if calls && (is_query_function(last) || (is_sqlx && last.starts_with("query"))) {
            Known::Query
        } else if calls && last.starts_with("query") {
            Known::Likely
        } else if segments.len() == 1 && !calls {
            self.variable(last)
        } else {
            Known::Nothing
        }
    }

    fn variable(&self, name: &str) -> Known {
        let newest = self.variables.iter().rev().find(|(variable, _)| variable == name);
        newest.map_or(Known::Nothing, |(_, known)| *known)
    }
}

fn after_method(before: Known, method: &str, next: Option<&Link>) -> Known {
    match method {
        "build" if before == Known::Builder || executes_surely(next) => Known::Query,
        "build" | "expect" | "unwrap" => Known::Nothing,
        _ if method.starts_with("build_query") => Known::Query,
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

/// One argument, to which the context was not given by hand.
fn takes_executor(arguments: &Group) -> bool {
    let tokens: Vec<TokenTree> = arguments.stream().into_iter().collect();
    let given = match &tokens[..] {
        [.., method, TokenTree::Group(_)] => is_word(method, "sql"),
        _ => false,
    };
    argument_count(&tokens) == 1 && !given
}

/// `mut? name (: ty)? = value`: the name, the type's tokens, where the value starts.
fn binding(tokens: &[TokenTree]) -> Option<(String, &[TokenTree], usize)> {
    let name_at = usize::from(is_word(tokens.first()?, "mut"));
    let TokenTree::Ident(name) = tokens.get(name_at)? else { return None };
    let after = name_at + 1;
    if !is_punct(tokens.get(after)?, ':') && !is_punct(&tokens[after], '=') {
        return None;
    }
    let end = tokens.iter().position(|token| is_punct(token, ';'))?;
    let equals = tokens[after..end].iter().position(|token| is_punct(token, '='))? + after;
    (equals + 1 < tokens.len()).then(|| (name.to_string(), &tokens[after..equals], equals + 1))
}
