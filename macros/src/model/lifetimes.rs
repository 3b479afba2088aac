//! The lifetimes that an `async fn` under `#[async_trait]` leaves out, by name.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::Lifetime;

use super::bounds::{ENDS_OF_ALL, ENDS_OF_ONE, Tokens, up_to};

/// Names for lifetimes, in their order.
pub struct Named {
    /// What opaque types are to outlive.
    all: Lifetime,
    pub lifetimes: Vec<Lifetime>,
}

/// Traits whose arguments in parentheses have lifetimes of their own.
const CALLABLE: &[&str] = &["Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce", "fn"];

impl Named {
    pub fn new(all: Lifetime) -> Named {
        Named { all, lifetimes: Vec::new() }
    }

    pub fn next(&mut self) -> Lifetime {
        let name = format_ident!("__life{}", self.lifetimes.len(), span = Span::mixed_site());
        let lifetime = Lifetime { apostrophe: Span::mixed_site(), ident: name };
        self.lifetimes.push(lifetime.clone());
        lifetime
    }

    // Input:  &mut Tx<'_, impl AsRef<str>>
    // Output: &'__life0 mut Tx<'__life1, impl AsRef<str> + 'async_trait>
    pub fn of(&mut self, ty: TokenStream) -> TokenStream {
        let mut named = TokenStream::new();
        let mut tokens = ty.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(and) if and.as_char() == '&' => {
                    named.extend([TokenTree::Punct(Punct::new('&', Spacing::Alone))]);
                    named.extend(self.referenced(&mut tokens));
                }
                TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                    named.extend(self.lifetime(punct, &mut tokens));
                }
                // `[T; N]`, `name!(…)`: what follows is no type.
                TokenTree::Punct(punct) if punct.as_char() == ';' => {
                    named.extend([TokenTree::Punct(punct)]);
                    named.extend(tokens.by_ref());
                }
                TokenTree::Punct(punct) if punct.as_char() == '!' => {
                    named.extend([Some(TokenTree::Punct(punct)), tokens.next()].into_iter().flatten());
                }
                TokenTree::Ident(name) if is_callable(&name) => {
                    named.extend([TokenTree::Ident(name)]);
                    named.extend(up_to(ENDS_OF_ONE, &mut tokens));
                }
                TokenTree::Ident(name) if name == "impl" => named.extend(self.opaque(&name, &mut tokens)),
                TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
                    let mut inner = Group::new(group.delimiter(), self.of(group.stream()));
                    inner.set_span(group.span());
                    named.extend([TokenTree::Group(inner)]);
                }
                token => named.extend([token]),
            }
        }
        named
    }

    /// What follows `&`, up to the type; that as well, if its bounds want parentheses.
    fn referenced(&mut self, tokens: &mut Tokens) -> TokenStream {
        let mut named = if let Some(TokenTree::Punct(punct)) = tokens.next_if(is_apostrophe) {
            self.lifetime(punct, tokens)
        } else {
            let lifetime = self.next();
            quote!(#lifetime)
        };
        named.extend(tokens.next_if(|next| matches!(next, TokenTree::Ident(word) if word == "mut")));
        if let Some(TokenTree::Ident(name)) =
            tokens.next_if(|next| matches!(next, TokenTree::Ident(word) if word == "impl"))
        {
            let opaque = self.opaque(&name, tokens);
            named.extend(quote!((#opaque)));
        }
        named
    }

    /// What follows an apostrophe, with it.
    fn lifetime(&mut self, apostrophe: Punct, tokens: &mut Tokens) -> TokenStream {
        match tokens.next() {
            Some(TokenTree::Ident(name)) if name == "_" => {
                let lifetime = self.next();
                quote!(#lifetime)
            }
            name => [Some(TokenTree::Punct(apostrophe)), name].into_iter().flatten().collect(),
        }
    }

    fn opaque(&mut self, name: &Ident, tokens: &mut Tokens) -> TokenStream {
        let bounds = self.of(up_to(ENDS_OF_ALL, tokens));
        let all = &self.all;
        quote!(#name #bounds + #all)
    }
}

fn is_apostrophe(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'')
}

fn is_callable(name: &Ident) -> bool {
    CALLABLE.iter().any(|callable| name == callable)
}

/// Whether an argument's type is opaque and leaves out lifetimes, which only an `async fn` may have.
pub fn is_opaque_without_lifetimes(ty: TokenStream) -> bool {
    let mut named = Named::new(Lifetime::new("'all", Span::mixed_site()));
    let is_opaque = mentions(ty.clone(), "impl");
    named.of(ty);
    is_opaque && !named.lifetimes.is_empty()
}

/// Whether a word is among the tokens.
pub fn mentions(tokens: TokenStream, wanted: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == wanted,
        TokenTree::Group(group) => mentions(group.stream(), wanted),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(ty: TokenStream) -> String {
        Named::new(Lifetime::new("'all", Span::call_site())).of(ty).to_string()
    }

    #[test]
    fn what_is_left_out_is_named() {
        assert_eq!(
            named(quote!(&mut Tx<'_, &'a str, [&u8; 2]>)),
            quote!(&'__life0 mut Tx<'__life1, &'a str, [&'__life2 u8; 2]>).to_string(),
        );
    }

    #[test]
    fn opaque_types_outlive_everything() {
        assert_eq!(
            named(quote!(Vec<impl Iterator<Item = impl AsRef<str> + Send> + Send>)),
            quote!(Vec<impl Iterator<Item = impl AsRef<str> + Send + 'all> + Send + 'all>).to_string(),
        );
    }

    #[test]
    fn bounds_behind_a_reference_are_in_parentheses() {
        assert_eq!(named(quote!(&mut impl A<B>)), quote!(&'__life0 mut (impl A<B> + 'all)).to_string(),);
    }

    #[test]
    fn expressions_in_types_stay() {
        let stays = quote!(([impl A + 'all; A & B], m![A & B], C<{ A & B }>));
        assert_eq!(named(quote!(([impl A; A & B], m![A & B], C<{ A & B }>))), stays.to_string());
    }

    #[test]
    fn what_functions_take_and_return_is_theirs() {
        assert_eq!(
            named(quote!((&A, Box<dyn Fn(&str) -> Option<&u8> + Send + '_>, fn(&u8) -> &u8, &B))),
            quote!((
                &'__life0 A,
                Box<dyn Fn(&str) -> Option<&u8> + Send + '__life1>,
                fn(&u8) -> &u8,
                &'__life2 B
            ))
            .to_string(),
        );
    }
}
