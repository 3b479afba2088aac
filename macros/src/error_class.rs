//! `#[derive(ErrorClass)]`

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Attribute, Fields, Ident, Item, ItemEnum, LitStr, Meta, Variant, WherePredicate, parse_quote};

use crate::errors::Errors;

const FORM: &str = "`error_class` names a class or takes that of what the variant holds; write `#[error_class(\"bad_token\")]` or `#[error_class(inner)]`";

/// The class of a variant.
enum Class {
    Name(String),
    /// That of its one field, at the place of the attribute.
    Inner(Span),
}

pub fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match syn::parse2::<Item>(item) {
        Ok(Item::Enum(item)) => {
            let implemented = implemented(&item, &mut errors);
            implemented.into_iter().chain(errors.into_tokens()).collect()
        }
        Ok(Item::Struct(item)) => {
            errors.at(item.ident.span(), not_an_enum("a struct"));
            errors.into_tokens()
        }
        Ok(Item::Union(item)) => {
            errors.at(item.ident.span(), not_an_enum("a union"));
            errors.into_tokens()
        }
        Ok(other) => {
            errors.over(other, not_an_enum("this"));
            errors.into_tokens()
        }
        Err(error) => error.to_compile_error(),
    }
}

fn not_an_enum(what: &str) -> String {
    format!(
        "`ErrorClass` is derived for an enum of errors, not for {what}; the class of a type is its name, or write `impl spanweave::ErrorClass`"
    )
}

// Input:  enum PushError { BadToken, Storage(#[error_class(inner)] StorageError) }
// Output: impl ErrorClass for PushError {
//             fn error_class(&self) -> &'static str {
//                 match self { Self::BadToken { .. } => "bad_token", Self::Storage(inner) => inner.error_class() }
//             }
//         }
fn implemented(item: &ItemEnum, errors: &mut Errors) -> TokenStream {
    let here = Span::mixed_site();
    let mut generics = item.generics.clone();
    let arms = item.variants.iter().map(|variant| {
        let name = &variant.ident;
        match class(variant, errors) {
            Class::Name(class) => quote_spanned!(here=> Self::#name { .. } => #class),
            Class::Inner(at) => inner_arm(variant, at, &mut generics.make_where_clause().predicates, errors),
        }
    });
    let arms: Vec<_> = arms.collect();
    // Of an enum without variants there is no value.
    let scrutinee = if arms.is_empty() { quote!(*self) } else { quote!(self) };
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let name = &item.ident;
    quote_spanned! {here=>
        #[automatically_derived]
        impl #impl_generics ::spanweave::ErrorClass for #name #ty_generics #where_clause {
            fn error_class(&self) -> &'static str {
                match #scrutinee { #(#arms),* }
            }
        }
    }
}

fn inner_arm(
    variant: &Variant,
    at: Span,
    predicates: &mut syn::punctuated::Punctuated<WherePredicate, syn::Token![,]>,
    errors: &mut Errors,
) -> TokenStream {
    let name = &variant.ident;
    let mut fields = variant.fields.iter();
    let (Some(field), None) = (fields.next(), fields.next()) else {
        errors.at(
            at,
            format!(
                "`inner` is the class of the one field of a variant; `{name}` has {}",
                variant.fields.len()
            ),
        );
        return quote!(Self::#name { .. } => "");
    };
    let ty = &field.ty;
    let bound = quote_spanned!(at=> ::spanweave::ErrorClass);
    predicates.push(parse_quote!(#ty: #bound));
    let member = match &variant.fields {
        Fields::Named(_) => field.ident.as_ref().map(|ident| quote!(#ident: inner)),
        Fields::Unnamed(_) | Fields::Unit => Some(quote!(0: inner)),
    };
    quote_spanned!(Span::mixed_site()=> Self::#name { #member } => ::spanweave::ErrorClass::error_class(inner))
}

fn class(variant: &Variant, errors: &mut Errors) -> Class {
    let mut given = variant.attrs.iter().filter(|attr| attr.path().is_ident("error_class"));
    let class = given.next().and_then(|attr| read(attr, errors));
    if let Some(second) = given.next() {
        errors.over(second, "`error_class` is given twice; remove one");
    }
    class.unwrap_or_else(|| Class::Name(snake_case(&variant.ident)))
}

fn read(attr: &Attribute, errors: &mut Errors) -> Option<Class> {
    let Meta::List(list) = &attr.meta else {
        errors.over(attr, FORM);
        return None;
    };
    if let Ok(name) = syn::parse2::<LitStr>(list.tokens.clone())
        && !name.value().trim().is_empty()
    {
        return Some(Class::Name(name.value()));
    }
    match syn::parse2::<Ident>(list.tokens.clone()) {
        Ok(inner) if inner == "inner" => Some(Class::Inner(inner.span())),
        _ => {
            errors.over(attr, FORM);
            None
        }
    }
}

/// `BadToken` as `bad_token`, `HTTPError` as `http_error`.
fn snake_case(name: &Ident) -> String {
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
