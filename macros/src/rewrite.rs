//! What a traced body passes its context to: the calls of listed collaborators, and SQL.
//!
//! It works on tokens and reaches into nested groups and the arguments of macros. It cannot fail, and says what it
//! found, so that `check` can tell which collaborators are never called.

mod apart;
mod binding;
mod calls;
mod chain;
mod edits;
mod entering;
mod leaving;
mod literals;
mod patterns;
mod queries;
mod scope;
mod sql;
mod tokens;
mod transactions;
mod variable;
mod verbs;

use std::ops::Range;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;

pub use self::calls::twin_of;
pub use self::literals::Literal;
pub use self::tokens::{is_word, puncts_at};

use self::apart::Apart;
use self::binding::Let;
use self::calls::{Call, Place};
use self::chain::Chain;
use self::edits::{Edit, Edits, Output, refilled};
use self::patterns::Matched;
use self::scope::Begun;
use self::sql::Sql;
use self::tokens::{inside, is_punct, nested_item};
use crate::item::Body;
use crate::model::{Block, SqlTraced};

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
pub fn bodies(block: &Block, sqlx: bool) -> (Vec<Rewritten>, Findings) {
    let mut rewriter = Rewriter::new(block);
    let bodies = block.traced().map(|(method, traced)| match &method.function.body {
        Body::Written(body) => {
            let sql = if sqlx { method.sql } else { SqlTraced::Nothing };
            rewriter.body(&method.descriptor, body.stream(), sql, traced.outlives_body())
        }
        Body::Required(_) => Rewritten::unchanged(TokenStream::new()),
    });
    let bodies = bodies.collect();
    (bodies, rewriter.findings)
}

/// Rewrites bodies of one block.
struct Rewriter<'a> {
    block: &'a Block,
    findings: Findings,
    /// `None` in a body whose SQL is left alone.
    sql: Option<Sql>,
    /// How the current body finds its context.
    context: TokenStream,
}

impl Rewritten {
    fn unchanged(body: TokenStream) -> Rewritten {
        Rewritten { body, is_changed: false, names_ctx: false, statements: Statements::default() }
    }
}

impl<'a> Rewriter<'a> {
    fn new(block: &'a Block) -> Rewriter<'a> {
        let findings = Findings { called: vec![false; block.calls.len()], unlisted: Vec::new() };
        Rewriter { block, findings, sql: None, context: TokenStream::new() }
    }

    /// What `outlives` its body (a future, a stream) must not borrow a variable of it, and asks for the context anew.
    fn body(&mut self, method: &Ident, body: TokenStream, sql: SqlTraced, outlives: bool) -> Rewritten {
        let (runtime, ctx) = (&self.block.runtime, ctx());
        self.context = if outlives { quote!(#runtime::Ctx::current()) } else { quote!(#ctx) };
        let is_traced = sql != SqlTraced::Nothing;
        self.sql = is_traced.then(|| Sql::new(runtime.clone(), method.clone(), self.context.clone(), sql));
        let is_read = is_traced || self.block.strict || !self.block.calls.is_empty();
        let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
        let rewritten = if is_read { self.tokens(&tokens, Place::Statements) } else { None };
        match rewritten {
            Some(body) => {
                let statements = self.sql.take().map_or_else(Statements::default, Sql::into_statements);
                Rewritten { body, is_changed: true, names_ctx: !outlives, statements }
            }
            None => Rewritten::unchanged(body),
        }
    }

    /// `None` if nothing in it is to be changed: the user's own groups keep both of their delimiters' spans.
    fn tokens(&mut self, tokens: &[TokenTree], place: Place) -> Option<TokenStream> {
        let mut out = Output::default();
        self.range(tokens, 0..tokens.len(), place, &mut out);
        out.changed()
    }

    /// Returns where the last that starts in the range ends.
    fn range(&mut self, tokens: &[TokenTree], range: Range<usize>, place: Place, out: &mut Output) -> usize {
        let mut bound = None;
        let mut at = range.start;
        while at < range.end {
            at = if let Some(end) = nested_item(tokens, at) {
                out.keep(&tokens[at..end]);
                end
            } else if let Some(apart) = Apart::at(tokens, at) {
                out.keep(&tokens[at..apart.body.start]);
                self.apart(tokens, apart, place, out)
            } else if let Some(matched) = Matched::at(tokens, at) {
                out.keep(&tokens[at..matched.scope.start]);
                self.matched(tokens, matched, place, out)
            } else if let Some(begun) = self.begun(tokens, at, place) {
                self.begin(tokens, at, &begun, out)
            } else {
                let sql = self.sql.as_mut();
                if is_punct(&tokens[at], ';') {
                    sql.zip(bound.take()).into_iter().for_each(|(sql, bound)| sql.scope.settle(bound));
                } else if let (Some(sql), Some(binding)) = (sql, Let::at(tokens, at)) {
                    bound = Some(sql.scope.bound(tokens, &binding));
                }
                self.chain(tokens, at, place, out)
            };
        }
        at
    }

    /// Code that may run later or elsewhere sees less of what is around it.
    fn apart(&mut self, tokens: &[TokenTree], apart: Apart, place: Place, out: &mut Output) -> usize {
        self.scoped(|this| {
            this.sql.iter_mut().for_each(|sql| sql.scope.enter(tokens, &apart));
            this.range(tokens, apart.body, place, out)
        })
    }

    /// Names that a pattern binds mean something else for as long as it holds.
    fn matched(&mut self, tokens: &[TokenTree], matched: Matched, place: Place, out: &mut Output) -> usize {
        self.scoped(|this| {
            this.sql.iter_mut().for_each(|sql| sql.scope.rebind(matched.pattern));
            this.range(tokens, matched.scope, place, out)
        })
    }

    /// What variables mean is in the end as it was before.
    fn scoped<R>(&mut self, inner: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.sql.as_ref().map(|sql| sql.scope.clone());
        let result = inner(self);
        self.sql.iter_mut().zip(outer).for_each(|(sql, outer)| sql.scope = outer);
        result
    }

    /// The `let` at `start`, if it begins a transaction and is not a collaborator's.
    fn begun<'t>(&self, tokens: &'t [TokenTree], start: usize, place: Place) -> Option<Begun<'t>> {
        let may_begin = self.sql.is_some() && place == Place::Statements;
        let begun = may_begin.then(|| scope::begun(tokens, start))??;
        self.collaborator(tokens, &begun.chain, place).is_none().then_some(begun)
    }

    fn begin(&mut self, tokens: &[TokenTree], start: usize, begun: &Begun, out: &mut Output) -> usize {
        let (before, behind) = self.sql.as_ref().map(|sql| sql.statements_around(tokens, begun)).unzip();
        let edits = self.edits(tokens, &begun.chain, Place::Statements, Some(begun));
        out.insert(before.unwrap_or_default());
        out.keep(&tokens[start..begun.chain.start]);
        self.edited(tokens, begun.chain.start..begun.chain.end, &edits, out);
        out.keep(&tokens[begun.chain.end..=begun.binding.end]);
        out.insert(behind.unwrap_or_default());
        self.sql.iter_mut().for_each(|sql| sql.scope.settle(begun.bound()));
        begun.binding.end + 1
    }

    /// What starts at `start`: a chain, or else one token. Returns where it ends.
    fn chain(&mut self, tokens: &[TokenTree], start: usize, place: Place, out: &mut Output) -> usize {
        let chain = Chain::at(tokens, start);
        let end = chain.as_ref().map_or(start + 1, |chain| chain.end);
        let edits = chain.map_or_else(Edits::default, |chain| self.edits(tokens, &chain, place, None));
        self.edited(tokens, start..end, &edits, out);
        end
    }

    fn edited(&mut self, tokens: &[TokenTree], range: Range<usize>, edits: &Edits, out: &mut Output) {
        let mut front = Output::default();
        let end = range.end;
        for at in range {
            edits.fronts_to(at).for_each(|around| front.put_in(around));
            match self.token(&tokens[at], edits.at(at)) {
                Some(edited) => front.insert(edited.into()),
                None => front.keep(std::slice::from_ref(&tokens[at])),
            }
        }
        edits.fronts_to(end).for_each(|around| front.put_in(around));
        out.append(front);
    }

    /// What happens to a chain, which is the value of `begun` if there is one.
    fn edits(&mut self, tokens: &[TokenTree], chain: &Chain, place: Place, begun: Option<&Begun>) -> Edits {
        if self.block.strict {
            self.note_unlisted(tokens, chain, place);
        }
        if let Some((collaborator, call)) = self.collaborator(tokens, chain, place) {
            self.findings.called[collaborator] = true;
            // A twin that the user calls by name has the context already.
            if call.method.ends_with("_ctx") {
                return Edits::default();
            }
            let context = self.sql.as_ref().map(|sql| sql.context(&inside(&call.argument_tokens)));
            let context = context.unwrap_or_else(|| self.context.clone());
            return Edits::of([(call.name, Edit::Rename), (call.arguments, Edit::Prefix { context })]);
        }
        let mut edits = self.sql.as_mut().map_or_else(Edits::default, |sql| sql.edits(tokens, chain, begun));
        let arguments = calls::macro_arguments(chain);
        edits.tokens.extend(arguments.map(|(at, place)| (at, Edit::Arguments(place))));
        edits
    }

    fn collaborator(&self, tokens: &[TokenTree], chain: &Chain, place: Place) -> Option<(usize, Call)> {
        self.block.calls.iter().enumerate().find_map(|(at, collaborator)| {
            Some((at, calls::collaborator(tokens, chain, place, &collaborator.path)?))
        })
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
        let is_block = group.delimiter() == Delimiter::Brace;
        let place = if is_block { Place::Statements } else { Place::Expressions };
        let (tokens, place) = (inside(group), edit.and_then(Edit::place).unwrap_or(place));
        let inner = if is_block {
            self.scoped(|this| this.tokens(&tokens, place))
        } else {
            self.tokens(&tokens, place)
        };
        let filled = edit.and_then(|edit| edit.filled(inner.as_ref().unwrap_or(&group.stream())));
        Some(refilled(group, filled.or(inner)?))
    }
}

#[cfg(test)]
mod tests;
