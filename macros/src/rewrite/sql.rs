//! What becomes of SQL in a body: of executors, of transactions, and of what is awaited in these.

use proc_macro2::{Ident, Literal as Token, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};

use super::Statements;
use super::chain::Chain;
use super::edits::{Around, Edit, Edits};
use super::entering::{awaited, may_be_left};
use super::leaving::leaves;
use super::literals::Literals;
use super::queries::Statement;
use super::scope::{Begun, Scope};
use super::transactions::Held;
use super::verbs::{Done, Verb, dropped, verbs};
use crate::model::SqlTraced;

/// The SQL of one body.
pub struct Sql {
    runtime: TokenStream,
    /// The name of the static of the method that the body is of.
    method: Ident,
    /// How the body finds its context.
    context: TokenStream,
    traced: SqlTraced,
    pub scope: Scope,
    /// Whether there is anything of which types decide.
    is_given: bool,
    literals: Literals,
}

impl Sql {
    pub fn new(runtime: TokenStream, method: Ident, context: TokenStream, traced: SqlTraced) -> Sql {
        let (scope, literals) = (Scope::default(), Literals::default());
        Sql { runtime, method, context, traced, scope, is_given: false, literals }
    }

    pub fn into_statements(self) -> Statements {
        Statements { is_given: self.is_given, literals: self.literals.into_list() }
    }

    /// The context for what the tokens are given to: the transaction's that they mention, or the body's.
    pub fn context(&self, tokens: &[TokenTree]) -> TokenStream {
        let transaction = self.scope.transactions.context(tokens);
        transaction.map_or_else(|| self.context.clone(), ToTokens::to_token_stream)
    }

    /// What becomes of a chain, which is the value of `begun` if there is one.
    pub fn edits(&mut self, tokens: &[TokenTree], chain: &Chain, begun: Option<&Begun>) -> Edits {
        let is_all = self.traced == SqlTraced::All;
        let executed = if is_all { self.scope.queries.executed(chain) } else { Vec::new() };
        let mut edits =
            Edits::of(executed.iter().map(|statement| (statement.arguments, self.executor(statement))));
        if chain.is_whole(tokens) {
            let done = verbs(tokens, chain);
            let watched = done.iter().filter(|done| is_all || done.verb != Verb::Acquire);
            edits.fronts = watched.filter_map(|done| self.watched(done, begun)).collect();
            edits.fronts.extend(self.dropped(chain));
            self.is_given |= !edits.fronts.is_empty();
            if edits.is_empty() {
                edits.fronts.extend(self.entered(tokens, chain));
            }
        }
        edits
    }

    /// A statement is known by its text, or else by the method that it is in.
    fn executor(&mut self, statement: &Statement) -> Edit {
        self.is_given = true;
        let one = statement.wants_row.then(|| quote_spanned!(Span::mixed_site()=> one().));
        let known = statement.text.as_ref().and_then(|text| self.literals.place(text));
        let source = if let Some(place) = known {
            let place = Token::usize_unsuffixed(place);
            quote_spanned!(Span::mixed_site()=> #one literal(&__SQL[#place]))
        } else {
            let method = &self.method;
            quote_spanned!(Span::mixed_site()=> #one of(&#method))
        };
        Edit::Executor { context: self.context(&statement.executor), source }
    }

    // Input:  self.pool.begin().await
    // Output: ctx.begin(Pooled(&self.pool).get(), self.pool.begin()).watched().await
    fn watched(&self, done: &Done, begun: Option<&Begun>) -> Option<Around> {
        let (verb, here) = (Ident::new(done.verb.word(), Span::mixed_site()), Span::mixed_site());
        let (on, first) = match (done.verb, begun) {
            (Verb::Begin, Some(begun)) if begun.dot == done.dot => {
                (begun.held.span.to_token_stream(), Some(self.pool(done)))
            }
            (Verb::Begin | Verb::Acquire, _) => (self.context(done.receiver), Some(self.pool(done))),
            (Verb::Commit | Verb::Rollback, _) => {
                let [TokenTree::Ident(name)] = done.receiver else { return None };
                (self.scope.transactions.span(&name.to_string())?.to_token_stream(), None)
            }
        };
        let callee = quote_spanned!(here=> #on.#verb);
        Some(Around { end: done.dot, callee, first, method: Some(quote_spanned!(here=> .watched())) })
    }

    /// What may be a pool, or else nothing: evaluating it twice must not be seen.
    fn pool(&self, done: &Done) -> TokenStream {
        let runtime = &self.runtime;
        if !done.is_plain || self.scope.transactions.context(done.receiver).is_some() {
            return quote_spanned!(Span::mixed_site()=> #runtime::sql::NoPool);
        }
        let receiver: TokenStream = done.receiver.iter().cloned().collect();
        quote_spanned!(Span::mixed_site()=> #runtime::sql::Pooled(&#receiver).get())
    }

    // Input:  drop(tx)
    // Output: __tx_span.dropped(drop(tx))
    fn dropped(&self, chain: &Chain) -> Option<Around> {
        let span = self.scope.transactions.span(&dropped(chain)?.to_string())?;
        let callee = quote_spanned!(Span::mixed_site()=> #span.dropped);
        Some(Around { end: chain.end, callee, first: None, method: None })
    }

    // Input:  self.insert(&mut tx, id).await
    // Output: __tx_ctx.entering().then(self.insert(&mut tx, id)).await
    fn entered(&self, tokens: &[TokenTree], chain: &Chain) -> Option<Around> {
        let awaited = awaited(tokens, chain)?;
        let context = self.scope.transactions.context(&awaited.arguments)?;
        if may_be_left(awaited.call) {
            return None;
        }
        let callee = quote_spanned!(Span::mixed_site()=> #context.entering().then);
        Some(Around { end: awaited.dot, callee, first: None, method: None })
    }

    /// What stands before and behind the `let` that begins a transaction.
    pub fn statements_around(&self, tokens: &[TokenTree], begun: &Begun) -> (TokenStream, TokenStream) {
        let (here, Held { name, span, context }) = (Span::mixed_site(), &begun.held);
        let outer = self.context(&tokens[begun.binding.value..begun.dot]);
        let leaves = leaves(&tokens[begun.binding.end..], name).then(|| quote_spanned!(here=> .leaves()));
        (
            quote_spanned!(here=> let mut #span = #outer.transaction() #leaves;),
            quote_spanned!(here=> let #context = #span.ctx();),
        )
    }
}
