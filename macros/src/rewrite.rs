//! What a traced body passes its context to: the calls of listed collaborators, and SQL.
//!
//! It works on tokens and reaches into nested groups and the arguments of macros. It cannot fail, and says what it
//! found, so that `check` can tell which collaborators are never called.

mod binding;
mod calls;
mod chain;
mod edits;
mod literals;
mod queries;
mod tokens;

use proc_macro2::{Delimiter, Group, Ident, Literal as Token, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

pub use self::calls::twin_of;
pub use self::literals::Literal;
pub use self::tokens::{is_word, puncts_at};

use self::binding::Let;
use self::calls::Place;
use self::chain::Chain;
use self::edits::{Edit, Edits, Output, refilled};
use self::literals::Literals;
use self::queries::{Queries, Statement};
use self::tokens::{is_punct, nested_item};
use crate::item::Body;
use crate::model::Block;

/// A body after rewriting.
pub struct Rewritten {
    pub body: TokenStream,
    pub is_changed: bool,
    /// Whether it finds the context under its [name](ctx).
    pub names_ctx: bool,
    pub statements: Statements,
}

/// The statements of a body.
#[derive(Default)]
pub struct Statements {
    /// Whether there are any.
    pub is_given: bool,
    /// The texts by which some of them are known, in the order of their places.
    pub literals: Vec<Literal>,
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
    /// What is known of variables here; `None` in a body whose SQL is left alone.
    queries: Option<Queries>,
    /// How the current body finds its context.
    context: TokenStream,
    /// Whether the current body has statements, and their texts.
    has_statements: bool,
    literals: Literals,
}

impl Rewritten {
    fn unchanged(body: TokenStream) -> Rewritten {
        Rewritten { body, is_changed: false, names_ctx: false, statements: Statements::default() }
    }
}

impl<'a> Rewriter<'a> {
    fn new(block: &'a Block) -> Rewriter<'a> {
        let findings = Findings { called: vec![false; block.calls.len()], unlisted: Vec::new() };
        let (context, literals) = (TokenStream::new(), Literals::default());
        Rewriter { block, findings, queries: None, context, has_statements: false, literals }
    }

    /// What `outlives` its body (a future, a stream) must not borrow a variable of it, and asks for the context anew.
    fn body(&mut self, body: TokenStream, sql: bool, outlives: bool) -> Rewritten {
        self.queries = sql.then(Queries::default);
        let (runtime, ctx) = (&self.block.runtime, ctx());
        self.context = if outlives { quote!(#runtime::Ctx::current()) } else { quote!(#ctx) };
        let is_read = sql || self.block.strict || !self.block.calls.is_empty();
        let rewritten = if is_read { self.stream(&body, Place::Code) } else { None };
        let statements = Statements {
            is_given: std::mem::take(&mut self.has_statements),
            literals: std::mem::take(&mut self.literals).into_list(),
        };
        match rewritten {
            Some(body) => Rewritten { body, is_changed: true, names_ctx: !outlives, statements },
            None => Rewritten::unchanged(body),
        }
    }

    /// `None` if nothing in it is to be changed: the user's own groups keep both of their delimiters' spans.
    fn stream(&mut self, stream: &TokenStream, place: Place) -> Option<TokenStream> {
        let tokens: Vec<TokenTree> = stream.clone().into_iter().collect();
        let mut out = Output::default();
        let mut bound = None;
        let mut at = 0;
        while at < tokens.len() {
            if let Some(end) = nested_item(&tokens, at) {
                out.keep(&tokens[at..end]);
                at = end;
                continue;
            }
            // The name means what it did up to the end of the statement.
            if let (Some(queries), Some(binding)) = (&self.queries, Let::at(&tokens, at)) {
                bound = queries.meaning(&tokens, &binding);
            } else if is_punct(&tokens[at], ';') {
                self.queries.iter_mut().zip(bound.take()).for_each(|(queries, bound)| queries.settle(bound));
            }
            at = self.chain(&tokens, at, place, &mut out);
        }
        out.changed()
    }

    /// What starts at `start`: a chain, or else one token. Returns where it ends.
    fn chain(&mut self, tokens: &[TokenTree], start: usize, place: Place, out: &mut Output) -> usize {
        let chain = Chain::at(tokens, start);
        let end = chain.as_ref().map_or(start + 1, |chain| chain.end);
        let edits = chain.map_or_else(Edits::default, |chain| self.edits(tokens, &chain, place));
        for (at, token) in tokens.iter().enumerate().take(end).skip(start) {
            match self.token(token, edits.at(at)) {
                Some(edited) => out.insert(edited.into()),
                None => out.keep(std::slice::from_ref(token)),
            }
        }
        end
    }

    fn edits(&mut self, tokens: &[TokenTree], chain: &Chain, place: Place) -> Edits {
        if let Some((macro_arguments, place)) = calls::awaiting_macro(chain) {
            return Edits::of([(macro_arguments, Edit::Arguments(place))]);
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
                Edits::default()
            } else {
                let context = self.context.clone();
                Edits::of([(call.name, Edit::Rename), (call.arguments, Edit::Prefix { context })])
            };
        }
        let executed = self.queries.as_ref().map_or_else(Vec::new, |queries| queries.executed(chain));
        Edits::of(executed.into_iter().map(|statement| (statement.arguments, self.executor(&statement))))
    }

    /// A statement is known by its text, or else by the method that it is in.
    fn executor(&mut self, statement: &Statement) -> Edit {
        self.has_statements = true;
        let known = statement.text.as_ref().and_then(|text| self.literals.place(text));
        let source = if let Some(place) = known {
            let place = Token::usize_unsuffixed(place);
            quote_spanned!(Span::mixed_site()=> literal(&__SQL[#place]))
        } else {
            quote_spanned!(Span::mixed_site()=> of(&__METHOD))
        };
        Edit::Executor { context: self.context.clone(), source }
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
        match token {
            TokenTree::Group(group) => self.group(group, edit).map(TokenTree::Group),
            _ => edit?.renamed(token),
        }
    }

    fn group(&mut self, group: &Group, edit: Option<&Edit>) -> Option<Group> {
        let place = edit.and_then(Edit::place).unwrap_or(Place::Code);
        let inner = if group.delimiter() == Delimiter::Brace {
            let outer_scope = self.queries.clone();
            let inner = self.stream(&group.stream(), place);
            self.queries = outer_scope;
            inner
        } else {
            self.stream(&group.stream(), place)
        };
        let filled = edit.and_then(|edit| edit.filled(inner.as_ref().unwrap_or(&group.stream())));
        Some(refilled(group, filled.or(inner)?))
    }
}

#[cfg(test)]
mod tests;
