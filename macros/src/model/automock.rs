//! `#[automock]` of mockall, as it stands on a trait.
//!
//! mockall would mock the twins as well, and what is called through one would not meet what is expected of the method. Nor
//! can it stand above: it copies attributes that it does not know to the struct and the statements that it writes. So it
//! is taken off the trait, and a `mock!` of the trait's own methods is written in its place.

use proc_macro2::TokenStream;
use syn::spanned::Spanned as _;
use syn::{Attribute, Meta, Path, Token, parse_quote};

use super::attributes::{cfg_attr, conditional, is_called};

pub struct Automock {
    /// The path by which it was called.
    pub path: Path,
    /// `type Key = u32;`
    pub types: TokenStream,
    /// Where it is there only sometimes.
    pub condition: Option<TokenStream>,
}

impl Automock {
    /// Takes it out of the trait's attributes.
    pub fn take(attrs: &mut Vec<Attribute>) -> Option<Automock> {
        let at = attrs.iter().position(|attr| automock(&attr.meta).is_some())?;
        let attr = attrs.remove(at);
        let mut taken = automock(&attr.meta)?;
        if let Some((condition, metas)) = cfg_attr(&attr.meta) {
            let others: Vec<_> = metas.into_iter().filter(|meta| automock(meta).is_none()).collect();
            if !others.is_empty() {
                attrs.insert(at, parse_quote!(#[cfg_attr(#condition, #(#others),*)]));
            }
            taken.condition = Some(condition);
        }
        Some(taken)
    }

    /// The path of another macro of mockall.
    pub fn sibling(&self, name: &str) -> Path {
        let mut path = self.path.clone();
        match path.segments.last_mut() {
            Some(last) if self.is_qualified() => last.ident = syn::Ident::new(name, last.ident.span()),
            _ => {
                let name = syn::Ident::new(name, self.path.span());
                path = parse_quote!(::mockall::#name);
            }
        }
        path
    }

    /// Whether it was called by more than its name, which was imported then.
    pub fn is_qualified(&self) -> bool {
        self.path.segments.len() > 1
    }
}

/// `automock`, `mockall::automock(…)`, or one of the attributes in a `cfg_attr`.
fn automock(meta: &Meta) -> Option<Automock> {
    if let Some(metas) = conditional(meta) {
        return metas.iter().find_map(automock);
    }
    let types = match meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    is_called(meta.path(), "automock").then(|| Automock { path: meta.path().clone(), types, condition: None })
}

/// The attribute with which async-trait is called, for the mock to have it too.
pub fn async_trait_as_written(attrs: &[Attribute]) -> Option<&Attribute> {
    attrs.iter().find(|attr| is_called(attr.path(), "async_trait"))
}

/// With a `;` at the end, as `mock!` wants it.
pub fn terminated(types: &TokenStream) -> TokenStream {
    let semi: Token![;] = parse_quote!(;);
    let ends = types.clone().into_iter().last().is_none_or(|last| last.to_string() == ";");
    if ends { types.clone() } else { quote::quote!(#types #semi) }
}
