//! What a traced body passes its context to: the calls of listed collaborators, and SQL.
//!
//! It works on tokens and reaches into nested groups and the arguments of macros. It cannot fail, and says what it
//! found, so that `check` can tell which collaborators are never called.

mod calls;
mod chain;
mod sql;
mod tokens;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

pub use self::calls::twin_of;

use self::calls::Place;
use self::chain::Chain;
use self::sql::Queries;
use self::tokens::{is_punct, is_word, nested_item};
use crate::model::Block;

/// A body after rewriting.
pub struct Rewritten {
    pub body: TokenStream,
    /// Whether it uses the context.
    pub uses_ctx: bool,
}

/// The name under which a body finds its context; the user's own `ctx` is another.
pub fn ctx() -> Ident {
    Ident::new("ctx", Span::mixed_site())
}

/// The bodies of the traced methods, and which of the block's collaborators they call.
pub fn bodies(block: &Block) -> (Vec<Rewritten>, Vec<bool>) {
    let fields = block.calls.iter().map(|collaborator| collaborator.name.as_str()).collect();
    let mut rewriter = Rewriter::new(fields);
    let bodies = block.traced().map(|(method, _)| rewriter.body(method.function.body.stream(), method.sql));
    let bodies = bodies.collect();
    (bodies, rewriter.called)
}

/// Rewrites bodies of one block.
struct Rewriter<'a> {
    /// The fields that take the context.
    fields: Vec<&'a str>,
    /// Which of them were called so far.
    called: Vec<bool>,
    queries: Option<Queries>,
}

/// What happens to one token of a chain.
enum Edit {
    /// `list` becomes `list_ctx`.
    Rename,
    /// `(id)` becomes `(ctx, id)`.
    Prefix,
    /// `(X)` becomes `(ctx.sql(X))`.
    Wrap,
    /// The arguments of a macro that awaits them.
    Awaited(Place),
}

impl<'a> Rewriter<'a> {
    fn new(fields: Vec<&'a str>) -> Rewriter<'a> {
        let called = vec![false; fields.len()];
        Rewriter { fields, called, queries: None }
    }

    fn body(&mut self, body: TokenStream, sql: bool) -> Rewritten {
        self.queries = sql.then(Queries::default);
        let rewritten = if sql || !self.fields.is_empty() { self.stream(&body, Place::Code) } else { None };
        match rewritten {
            Some(body) => Rewritten { body, uses_ctx: true },
            None => Rewritten { body, uses_ctx: false },
        }
    }

    /// `None` if nothing in it is to be changed: the user's own groups keep both of their delimiters' spans.
    fn stream(&mut self, stream: &TokenStream, place: Place) -> Option<TokenStream> {
        let tokens: Vec<TokenTree> = stream.clone().into_iter().collect();
        // One token becomes one token.
        let mut out = Vec::with_capacity(tokens.len());
        let mut changed = false;
        while out.len() < tokens.len() {
            let start = out.len();
            if let Some(end) = nested_item(&tokens, start) {
                out.extend_from_slice(&tokens[start..end]);
                continue;
            }
            self.note_binding(&tokens, start);
            let chain = Chain::at(&tokens, start);
            let end = chain.as_ref().map_or(start + 1, |chain| chain.end);
            let edits = chain.map_or_else(Vec::new, |chain| self.edits(&tokens, &chain, place));
            for (at, token) in tokens.iter().enumerate().take(end).skip(start) {
                let edit = edits.iter().find(|(edited, _)| *edited == at).map(|(_, edit)| edit);
                let edited = self.token(token, edit);
                changed |= edited.is_some();
                out.push(edited.unwrap_or_else(|| token.clone()));
            }
        }
        changed.then(|| out.into_iter().collect())
    }

    /// `let q = …` holds a query from the next `;` on.
    fn note_binding(&mut self, tokens: &[TokenTree], at: usize) {
        let Some(queries) = &mut self.queries else { return };
        if is_word(&tokens[at], "let") {
            queries.note(&tokens[at + 1..]);
        } else if is_punct(&tokens[at], ';') {
            queries.settle();
        }
    }

    fn edits(&mut self, tokens: &[TokenTree], chain: &Chain, place: Place) -> Vec<(usize, Edit)> {
        if let Some((macro_arguments, place)) = calls::awaiting_macro(chain) {
            return vec![(macro_arguments, Edit::Awaited(place))];
        }
        if let Some(call) = calls::collaborator(tokens, chain, place)
            && let Some(field) = self.fields.iter().position(|field| *field == call.field)
        {
            self.called[field] = true;
            // A twin that the user calls by name has the context already.
            return if call.method.ends_with("_ctx") {
                Vec::new()
            } else {
                vec![(call.name, Edit::Rename), (call.arguments, Edit::Prefix)]
            };
        }
        let statements = self.queries.as_ref().map_or_else(Vec::new, |queries| queries.executed(chain));
        statements.into_iter().map(|arguments| (arguments, Edit::Wrap)).collect()
    }

    /// `None` if the token stays as it is.
    fn token(&mut self, token: &TokenTree, edit: Option<&Edit>) -> Option<TokenTree> {
        match (token, edit) {
            (TokenTree::Ident(name), Some(Edit::Rename)) => Some(twin_of(name).into()),
            (TokenTree::Group(group), edit) => self.group(group, edit).map(TokenTree::Group),
            _ => None,
        }
    }

    fn group(&mut self, group: &Group, edit: Option<&Edit>) -> Option<Group> {
        let place = if let Some(Edit::Awaited(place)) = edit { *place } else { Place::Code };
        let inner = if group.delimiter() == Delimiter::Brace {
            let outer_scope = self.queries.clone();
            let inner = self.stream(&group.stream(), place);
            self.queries = outer_scope;
            inner
        } else {
            self.stream(&group.stream(), place)
        };
        let inner = match edit {
            Some(Edit::Prefix) => with_ctx(&inner.unwrap_or_else(|| group.stream())),
            Some(Edit::Wrap) => in_sql(&inner.unwrap_or_else(|| group.stream())),
            Some(Edit::Rename | Edit::Awaited(_)) | None => inner?,
        };
        let mut rewritten = Group::new(group.delimiter(), inner);
        rewritten.set_span(group.span());
        Some(rewritten)
    }
}

fn with_ctx(arguments: &TokenStream) -> TokenStream {
    let ctx = ctx();
    if arguments.is_empty() { quote!(#ctx) } else { quote!(#ctx, #arguments) }
}

fn in_sql(executor: &TokenStream) -> TokenStream {
    let ctx = ctx();
    quote_spanned!(Span::mixed_site()=> #ctx.sql(#executor))
}

#[cfg(test)]
mod tests;
