//! What a method returns.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::{ReturnType, Type};

/// The return type, as far as inference and outcome classes are concerned.
pub enum Returned {
    /// The type, its nested `impl Trait`s as `_`.
    Named(TokenStream),
    /// `impl Trait`, which has no name.
    Opaque,
    Never,
}

impl Returned {
    pub fn of(output: &ReturnType) -> Returned {
        let ReturnType::Type(_, ty) = output else {
            return Returned::Named(quote!(()));
        };
        match ungrouped(ty) {
            Type::Never(_) => Returned::Never,
            Type::ImplTrait(_) => Returned::Opaque,
            ty => Returned::Named(infer_opaque(quote!(#ty))),
        }
    }
}

/// A type out of the groups without delimiters that `macro_rules!` puts around fragments.
pub fn ungrouped(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

// Input:  Result<impl Iterator<Item = Row> + Send, Error>
// Output: Result<_, Error>
fn infer_opaque(tokens: TokenStream) -> TokenStream {
    let mut named = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "impl" => {
                let mut depth = 0;
                while tokens.next_if(|next| continues_bounds(next, &mut depth)).is_some() {}
                named.extend(quote!(_));
            }
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
                let mut inferred = Group::new(group.delimiter(), infer_opaque(group.stream()));
                inferred.set_span(group.span());
                named.extend([TokenTree::Group(inferred)]);
            }
            token => named.extend([token]),
        }
    }
    named
}

/// Whether the bounds after `impl` go on with this token: up to a comma or a `>` that they did not open.
fn continues_bounds(token: &TokenTree, depth: &mut i32) -> bool {
    let TokenTree::Punct(punct) = token else { return true };
    match punct.as_char() {
        // The minus of `Fn() -> T` makes up for its `>`, which closes nothing.
        '<' | '-' => *depth += 1,
        '>' => *depth -= 1,
        ',' if *depth == 0 => return false,
        _ => {}
    }
    *depth >= 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inferred(tokens: TokenStream) -> String {
        infer_opaque(tokens).to_string()
    }

    #[test]
    fn nested_impl_traits_are_left_to_inference() {
        assert_eq!(
            inferred(quote!(Result<impl Fn(A, B) -> Vec<C> + Send, Error>)),
            quote!(Result<_, Error>).to_string(),
        );
        assert_eq!(inferred(quote!((impl A<B>, impl C))), quote!((_, _)).to_string());
        assert_eq!(inferred(quote!(Vec<Vec<impl A>>)), quote!(Vec<Vec<_>>).to_string());
    }

    #[test]
    fn other_types_stay() {
        let plain = quote!(Result<Box<dyn Fn(u8) -> u8>, [u8; { N + 1 }]>);
        assert_eq!(inferred(plain.clone()), plain.to_string());
    }
}
