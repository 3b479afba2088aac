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
pub use self::tokens::{is_word, puncts_at};

use self::tokens::{is_punct, nested_item};
use crate::item::Body;
use crate::model::Block;

/// A body after rewriting.
pub struct Rewritten {
    pub body: TokenStream,
    pub is_changed: bool,
    /// Whether it finds the context under its [name](ctx).
    pub names_ctx: bool,
}

/// The name under which a body finds its context; the user's own `ctx` is another.
pub fn ctx() -> Ident {
    Ident::new("ctx", Span::mixed_site())
}

/// What the bodies of a block call.
pub struct Findings {
    /// Of each collaborator, whether a traced method calls it.
    pub called: Vec<bool>,
    /// On a strict block: fields on which something is awaited, and that nobody lists.
    pub unlisted: Vec<Unlisted>,
}

/// A field on which something is awaited, and where that is done first.
pub struct Unlisted {
    pub name: String,
    pub at: Span,
}

/// The bodies of the traced methods, and what they call.
pub fn bodies(block: &Block) -> (Vec<Rewritten>, Findings) {
    let mut rewriter = Rewriter::new(block);
    let bodies = block.traced().map(|(method, traced)| match &method.function.body {
        Body::Written(body) => rewriter.body(body.stream(), method.sql, traced.outlives_body()),
        Body::Required(_) => Rewritten::unchanged(TokenStream::new()),
    });
    let bodies = bodies.collect();
    (bodies, rewriter.findings)
}

/// Rewrites bodies of one block.
struct Rewriter<'a> {
    block: &'a Block,
    findings: Findings,
    queries: Option<Queries>,
    /// How the current body finds its context.
    context: TokenStream,
}

impl Rewritten {
    fn unchanged(body: TokenStream) -> Rewritten {
        Rewritten { body, is_changed: false, names_ctx: false }
    }
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
    fn new(block: &'a Block) -> Rewriter<'a> {
        let findings = Findings { called: vec![false; block.calls.len()], unlisted: Vec::new() };
        Rewriter { block, findings, queries: None, context: TokenStream::new() }
    }

    /// What `outlives` its body (a future, a stream) must not borrow a variable of it, and asks for the context anew.
    fn body(&mut self, body: TokenStream, sql: bool, outlives: bool) -> Rewritten {
        self.queries = sql.then(Queries::default);
        let (runtime, ctx) = (&self.block.runtime, ctx());
        self.context = if outlives { quote!(#runtime::Ctx::current()) } else { quote!(#ctx) };
        let is_read = sql || self.block.strict || !self.block.calls.is_empty();
        let rewritten = if is_read { self.stream(&body, Place::Code) } else { None };
        match rewritten {
            Some(body) => Rewritten { body, is_changed: true, names_ctx: !outlives },
            None => Rewritten::unchanged(body),
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
        if self.block.strict {
            self.note_unlisted(tokens, chain, place);
        }
        let mut calls = self.block.calls.iter().enumerate().filter_map(|(at, collaborator)| {
            Some((at, calls::collaborator(tokens, chain, place, &collaborator.path)?))
        });
        if let Some((collaborator, call)) = calls.next() {
            self.findings.called[collaborator] = true;
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

    /// Each field once.
    fn note_unlisted(&mut self, tokens: &[TokenTree], chain: &Chain, place: Place) {
        let Some(at) = calls::awaited_field(tokens, chain, place) else { return };
        let name = tokens[at].to_string();
        let mut listed = self.block.calls.iter().chain(&self.block.untraced);
        let is_known = listed.any(|collaborator| collaborator.path.get(1) == Some(&name));
        if !is_known && self.findings.unlisted.iter().all(|unlisted| unlisted.name != name) {
            self.findings.unlisted.push(Unlisted { name, at: tokens[at].span() });
        }
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
            Some(Edit::Prefix) => self.with_ctx(&inner.unwrap_or_else(|| group.stream())),
            Some(Edit::Wrap) => self.in_sql(&inner.unwrap_or_else(|| group.stream())),
            Some(Edit::Rename | Edit::Awaited(_)) | None => inner?,
        };
        let mut rewritten = Group::new(group.delimiter(), inner);
        rewritten.set_span(group.span());
        Some(rewritten)
    }

    fn with_ctx(&self, arguments: &TokenStream) -> TokenStream {
        let context = &self.context;
        if arguments.is_empty() { quote!(#context) } else { quote!(#context, #arguments) }
    }

    fn in_sql(&self, executor: &TokenStream) -> TokenStream {
        let context = &self.context;
        quote_spanned!(Span::mixed_site()=> #context.sql(#executor))
    }
}

#[cfg(test)]
mod tests;
