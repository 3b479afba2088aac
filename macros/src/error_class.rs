//! `#[derive(ErrorClass)]`

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Field, Ident, ItemEnum, LitStr, Meta, Type, Variant, WherePredicate, parse_quote};

use crate::derive;
use crate::errors::Errors;

const FORM: &str = "`error_class` names a class or takes that of what the variant holds; write `#[error_class(\"bad_token\")]` or `#[error_class(inner)]`";

/// What calls are that are no errors.
const RESERVED: &[&str] = &["ok", "cancelled", "panicked"];

/// The class of a variant.
enum Class {
    Name(String),
    /// That of its one field, at the place of the attribute.
    Inner(Span),
}

pub fn derive(item: TokenStream) -> TokenStream {
    derive::of_enum(item, not_an_enum, implemented)
}

fn not_an_enum(what: &str) -> String {
    format!(
        "`ErrorClass` is derived for an enum of errors, not for {what}; the class of a type is its name, or write `impl spanweave::ErrorClass`"
    )
}

// Input:  enum PushError { BadToken, #[error_class(inner)] Storage(StorageError) }
// Output: impl ErrorClass for PushError {
//             fn error_class(&self) -> &'static str {
//                 match self { Self::BadToken { .. } => "bad_token", Self::Storage(inner) => inner.error_class() }
//             }
//         }
fn implemented(item: &ItemEnum, errors: &mut Errors) -> TokenStream {
    let here = Span::mixed_site();
    let runtime = derive::runtime(&item.attrs, "error_class", errors);
    let on_fields = item.variants.iter().flat_map(|variant| &variant.fields).flat_map(|field| &field.attrs);
    for attr in on_fields.filter(|attr| attr.path().is_ident("error_class")) {
        errors.over(attr, FORM);
    }
    let mut generics = item.generics.clone();
    let is_generic = item.generics.type_params().next().is_some();
    let arms = item.variants.iter().map(|variant| {
        let name = &variant.ident;
        let class = match class(variant, errors) {
            Class::Name(class) => class,
            Class::Inner(at) => {
                if let Some(field) = single_field(variant) {
                    if is_generic {
                        generics.make_where_clause().predicates.push(has_class(&runtime, &field.ty));
                    }
                    return inner_arm(&runtime, name, field);
                }
                let fields = variant.fields.len();
                errors.at(
                    at,
                    format!("`inner` is the class of the one field of a variant; `{name}` has {fields}"),
                );
                String::new()
            }
        };
        quote_spanned!(here=> Self::#name { .. } => #class)
    });
    let arms: Vec<_> = arms.collect();
    let matched = derive::matched(&arms);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let name = &item.ident;
    quote_spanned! {here=>
        #[automatically_derived]
        impl #impl_generics #runtime::ErrorClass for #name #ty_generics #where_clause {
            fn error_class(&self) -> &'static str {
                match #matched { #(#arms),* }
            }
        }
    }
}

fn single_field(variant: &Variant) -> Option<&Field> {
    let mut fields = variant.fields.iter();
    fields.next().filter(|_| fields.next().is_none())
}

fn has_class(runtime: &TokenStream, ty: &Type) -> WherePredicate {
    parse_quote!(#ty: #runtime::ErrorClass)
}

fn inner_arm(runtime: &TokenStream, name: &Ident, field: &Field) -> TokenStream {
    let ty = &field.ty;
    let member = field.ident.as_ref().map_or_else(|| quote!(0), |name| quote!(#name));
    // What is said of the type is said there.
    let class = quote_spanned!(Span::mixed_site().located_at(ty.span())=> <#ty as #runtime::ErrorClass>);
    quote_spanned!(Span::mixed_site()=> Self::#name { #member: inner } => #class::error_class(inner))
}

fn class(variant: &Variant, errors: &mut Errors) -> Class {
    let given = derive::attribute(variant, "error_class", errors);
    let class = given.and_then(|attr| read(attr, errors));
    let class = class.unwrap_or_else(|| Class::Name(derive::snake_case(&variant.ident)));
    if let Class::Name(name) = &class
        && RESERVED.contains(&name.as_str())
    {
        errors.at(
            variant.ident.span(),
            format!("the class `{name}` is an outcome's name; give it another with `#[error_class(\"…\")]`"),
        );
    }
    class
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
