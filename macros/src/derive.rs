//! What the derives have in common: enums each of whose variants has a name.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Attribute, Ident, Item, ItemEnum, Path, Token, Variant};

use crate::errors::Errors;

/// Expands an enum; `refused` is what is said of anything else, given what it is.
pub fn of_enum(
    item: TokenStream,
    refused: impl Fn(&str) -> String,
    expand: impl FnOnce(&ItemEnum, &mut Errors) -> TokenStream,
) -> TokenStream {
    let mut errors = Errors::default();
    match syn::parse2::<Item>(item) {
        Ok(Item::Enum(item)) => {
            return expand(&item, &mut errors).into_iter().chain(errors.into_tokens()).collect();
        }
        Ok(Item::Struct(item)) => errors.at(item.ident.span(), refused("a struct")),
        Ok(Item::Union(item)) => errors.at(item.ident.span(), refused("a union")),
        Ok(other) => errors.over(other, refused("this")),
        Err(error) => return error.to_compile_error(),
    }
    errors.into_tokens()
}

/// What the arms match on.
pub fn matched(arms: &[impl ToTokens]) -> TokenStream {
    // Of an enum without variants there is no value.
    if arms.is_empty() {
        quote_spanned!(Span::mixed_site()=> *self)
    } else {
        quote_spanned!(Span::mixed_site()=> self)
    }
}

/// The one attribute of a name that a variant has.
pub fn attribute<'v>(variant: &'v Variant, name: &str, errors: &mut Errors) -> Option<&'v Attribute> {
    let mut given = variant.attrs.iter().filter(|attr| attr.path().is_ident(name));
    let first = given.next();
    if let Some(second) = given.next() {
        errors.over(second, format!("`{name}` is given twice; remove one"));
    }
    first
}

/// `::spanweave`, or what the attribute on the enum says: `crate = …`.
pub fn runtime(attrs: &[Attribute], name: &str, errors: &mut Errors) -> TokenStream {
    let Some(attr) = attrs.iter().find(|attr| attr.path().is_ident(name)) else {
        return quote_spanned!(Span::mixed_site()=> ::spanweave);
    };
    let path = attr.parse_args_with(|input: syn::parse::ParseStream| {
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        input.call(Path::parse_mod_style)
    });
    path.map_or_else(
        |_| {
            errors.over(
                attr,
                format!(
                    "`{name}` on an enum says where spanweave is; write `#[{name}(crate = my_crate::spanweave)]`"
                ),
            );
            TokenStream::new()
        },
        |path| quote!(#path),
    )
}

/// `BadToken` as `bad_token`, `HTTPError` as `http_error`.
pub fn snake_case(name: &Ident) -> String {
    let name: Vec<char> = name.unraw().to_string().chars().collect();
    let mut snake = String::new();
    for (at, letter) in name.iter().enumerate() {
        let starts_word = letter.is_uppercase()
            && at > 0
            && name[at - 1] != '_'
            && (!name[at - 1].is_uppercase() || name.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if starts_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class_of(name: &str) -> String {
        snake_case(&Ident::new(name, Span::call_site()))
    }

    #[test]
    fn variants_are_named_as_in_snake_case() {
        let names = ["BadToken", "HTTPError", "Http2", "NotFound404", "A", "Already_Snake"];
        let classes = ["bad_token", "http_error", "http2", "not_found404", "a", "already_snake"];
        assert_eq!(names.map(class_of), classes);
    }
}
