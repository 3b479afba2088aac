//! The lifetimes that an `async fn` under `#[async_trait]` leaves out, by name.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::Lifetime;

/// Names for lifetimes, in their order.
#[derive(Default)]
pub struct Named {
    pub lifetimes: Vec<Lifetime>,
}

/// Traits whose arguments in parentheses have lifetimes of their own.
const CALLABLE: &[&str] = &["Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce", "fn"];

impl Named {
    pub fn next(&mut self) -> Lifetime {
        let name = format_ident!("__life{}", self.lifetimes.len(), span = Span::mixed_site());
        let lifetime = Lifetime { apostrophe: Span::mixed_site(), ident: name };
        self.lifetimes.push(lifetime.clone());
        lifetime
    }

    // Input:  &mut Tx<'_, &str>
    // Output: &'__life0 mut Tx<'__life1, &'__life2 str>
    pub fn of(&mut self, ty: TokenStream) -> TokenStream {
        let mut named = TokenStream::new();
        let mut tokens = ty.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '&' => {
                    named.extend([TokenTree::Punct(Punct::new('&', Spacing::Alone))]);
                    if !tokens.peek().is_some_and(is_apostrophe) {
                        let lifetime = self.next();
                        named.extend(quote!(#lifetime));
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == '\'' => match tokens.next() {
                    Some(TokenTree::Ident(name)) if name == "_" => {
                        let lifetime = self.next();
                        named.extend(quote!(#lifetime));
                    }
                    name => named.extend([Some(TokenTree::Punct(punct)), name].into_iter().flatten()),
                },
                TokenTree::Ident(name) if is_callable(&name) => {
                    named.extend([TokenTree::Ident(name)]);
                    copy_callable(&mut tokens, &mut named);
                }
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
}

fn is_apostrophe(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'')
}

fn is_callable(name: &Ident) -> bool {
    CALLABLE.iter().any(|callable| name == callable)
}

/// `(&T) -> &U`, up to where the type ends.
fn copy_callable(
    tokens: &mut std::iter::Peekable<proc_macro2::token_stream::IntoIter>,
    copied: &mut TokenStream,
) {
    let mut depth = 0;
    while let Some(token) = tokens.next_if(|next| match next {
        TokenTree::Punct(punct) => match punct.as_char() {
            // The minus of `->` makes up for its `>`, which closes nothing.
            '<' | '-' => {
                depth += 1;
                true
            }
            '>' => {
                depth -= 1;
                depth >= 0
            }
            ',' | '+' => depth > 0,
            _ => true,
        },
        _ => true,
    }) {
        copied.extend([token]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(ty: TokenStream) -> String {
        Named::default().of(ty).to_string()
    }

    #[test]
    fn what_is_left_out_is_named() {
        assert_eq!(
            named(quote!(&mut Tx<'_, &'a str, [&u8; 2]>)),
            quote!(&'__life0 mut Tx<'__life1, &'a str, [&'__life2 u8; 2]>).to_string(),
        );
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
