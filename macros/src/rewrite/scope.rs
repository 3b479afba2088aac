//! What the variables in sight mean: queries, and transactions.

use proc_macro2::TokenTree;

use super::apart::Apart;
use super::binding::Let;
use super::chain::Chain;
use super::queries::{Meaning, Queries};
use super::transactions::{Held, Transactions, Variable};
use super::variable::is_assigned;
use super::verbs::{Verb, are_of_result, verbs};

#[derive(Clone, Default)]
pub struct Scope {
    pub queries: Queries,
    pub transactions: Transactions,
}

/// What a `let` changes, from its `;` on: its value still means what the names were before.
pub struct Bound<'t> {
    pattern: &'t [TokenTree],
    query: Option<Meaning>,
    transaction: Option<Variable>,
}

/// A `let` that begins a transaction, and holds it.
pub struct Begun<'t> {
    pub binding: Let<'t>,
    pub chain: Chain,
    /// Behind the call that begins it.
    pub dot: usize,
    pub held: Held,
}

impl Scope {
    pub fn bound<'t>(&self, tokens: &'t [TokenTree], binding: &Let<'t>) -> Bound<'t> {
        let value = &tokens[binding.value..binding.end];
        Bound {
            pattern: binding.pattern,
            query: self.queries.meaning(tokens, binding),
            transaction: binding.name().and_then(|name| self.transactions.borrowed(name, value)),
        }
    }

    pub fn settle(&mut self, bound: Bound) {
        self.queries.settle(bound.query);
        self.transactions.settle(bound.pattern, bound.transaction);
    }

    /// Names that the pattern binds mean something unknown from here on.
    pub fn rebind(&mut self, pattern: &[TokenTree]) {
        self.transactions.settle(pattern, None);
    }

    /// Into a closure or an `async` block.
    pub fn enter(&mut self, tokens: &[TokenTree], apart: &Apart) {
        self.transactions.enter(tokens, apart);
    }
}

/// The one whose `let` is at `start`. A variable that is given another transaction later holds none.
pub fn begun(tokens: &[TokenTree], start: usize) -> Option<Begun<'_>> {
    let binding = Let::at(tokens, start).filter(|binding| binding.is_alone)?;
    let name = binding.name()?;
    let chain = Chain::at(tokens, binding.value)?;
    if chain.end != binding.end || !chain.is_whole(tokens) {
        return None;
    }
    let done = verbs(tokens, &chain).into_iter().rfind(|done| done.verb == Verb::Begin)?;
    if !are_of_result(done.rest) || is_assigned(&tokens[binding.end..], &name.to_string()) {
        return None;
    }
    let (dot, held) = (done.dot, Held::new(name));
    Some(Begun { binding, chain, dot, held })
}

impl<'t> Begun<'t> {
    pub fn bound(&self) -> Bound<'t> {
        Bound { pattern: self.binding.pattern, query: None, transaction: Some(Variable::from(&self.held)) }
    }
}
