//! What becomes of the tokens of a chain.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::calls::{Place, twin_of};

/// What happens to one token.
pub enum Edit {
    /// `list` becomes `list_ctx`.
    Rename,
    /// `(id)` becomes `(ctx, id)`.
    Prefix { context: TokenStream },
    /// `(X)` becomes `(ctx.sql(X).of(&__LIST_4F6C21D0))`.
    Executor { context: TokenStream, source: TokenStream },
    /// The arguments of a macro.
    Arguments(Place),
}

impl Edit {
    /// Where the tokens inside stand.
    pub fn place(&self) -> Option<Place> {
        match self {
            Edit::Arguments(place) => Some(*place),
            Edit::Rename | Edit::Prefix { .. } | Edit::Executor { .. } => None,
        }
    }

    /// A name in the place of another.
    pub fn renamed(&self, token: &TokenTree) -> Option<TokenTree> {
        match (self, token) {
            (Edit::Rename, TokenTree::Ident(name)) => Some(twin_of(name).into()),
            _ => None,
        }
    }

    /// What stands between the delimiters in the place of `inner`.
    pub fn filled(&self, inner: &TokenStream) -> Option<TokenStream> {
        match self {
            Edit::Prefix { context } if inner.is_empty() => Some(context.clone()),
            Edit::Prefix { context } => Some(quote!(#context, #inner)),
            Edit::Executor { context, source } => {
                Some(quote_spanned!(Span::mixed_site()=> #context.sql(#inner).#source))
            }
            Edit::Rename | Edit::Arguments(_) => None,
        }
    }
}

/// `list.await` becomes `callee(list).await`: what the front of a chain is given to.
pub struct Around {
    /// Behind that front: the `.` that follows it, or the end of the chain.
    pub end: usize,
    pub callee: TokenStream,
    /// An argument before it.
    pub first: Option<TokenStream>,
    /// `.watched()` behind the call.
    pub method: Option<TokenStream>,
}

impl Around {
    fn given(&self, front: &[TokenTree]) -> TokenStream {
        let (callee, first, method) = (&self.callee, self.first.iter(), &self.method);
        quote_spanned!(Span::mixed_site()=> #callee(#(#first,)* #(#front)*) #method)
    }
}

/// The edits of one chain.
#[derive(Default)]
pub struct Edits {
    /// By the places of the tokens.
    pub tokens: Vec<(usize, Edit)>,
    /// The shortest front first.
    pub fronts: Vec<Around>,
}

impl Edits {
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.fronts.is_empty()
    }

    pub fn of(tokens: impl IntoIterator<Item = (usize, Edit)>) -> Edits {
        Edits { tokens: tokens.into_iter().collect(), fronts: Vec::new() }
    }

    /// What is done with the front that ends there.
    pub fn fronts_to(&self, end: usize) -> impl Iterator<Item = &Around> {
        self.fronts.iter().filter(move |around| around.end == end)
    }

    pub fn at(&self, place: usize) -> Option<&Edit> {
        self.tokens.iter().find(|(edited, _)| *edited == place).map(|(_, edit)| edit)
    }
}

/// A group like `group`, at its place.
pub fn refilled(group: &Group, content: TokenStream) -> Group {
    let mut refilled = Group::new(group.delimiter(), content);
    refilled.set_span(group.span());
    refilled
}

/// Tokens as they come out.
#[derive(Default)]
pub struct Output {
    tokens: Vec<TokenTree>,
    is_changed: bool,
}

impl Output {
    pub fn keep(&mut self, tokens: &[TokenTree]) {
        self.tokens.extend_from_slice(tokens);
    }

    pub fn insert(&mut self, tokens: TokenStream) {
        self.tokens.extend(tokens);
        self.is_changed = true;
    }

    /// All that came out so far is given to a call.
    pub fn put_in(&mut self, around: &Around) {
        let given = around.given(&std::mem::take(&mut self.tokens));
        self.insert(given);
    }

    pub fn append(&mut self, other: Output) {
        self.tokens.extend(other.tokens);
        self.is_changed |= other.is_changed;
    }

    /// `None` if all tokens were kept.
    pub fn changed(self) -> Option<TokenStream> {
        self.is_changed.then(|| self.tokens.into_iter().collect())
    }
}
