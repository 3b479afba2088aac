//! `#[derive(LabelValue)]`

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Fields, ItemEnum, LitStr, Variant};

use crate::derive;
use crate::errors::Errors;

const FORM: &str = "`label_value` names the value of a variant; write `#[label_value(\"high\")]`";
const NOT_AN_ENUM: &str = "`LabelValue` is derived for an enum without fields: the values of a label are to be few; write `impl spanweave::LabelValue` for what else has few";

pub fn derive(item: TokenStream) -> TokenStream {
    derive::of_enum(item, |_| NOT_AN_ENUM.to_owned(), implemented)
}

// Input:  enum Priority { High, #[label_value("usual")] Medium }
// Output: impl LabelValue for Priority {
//             fn label_value(&self) -> Cow<'_, str> {
//                 Cow::Borrowed(match self { Self::High => "high", Self::Medium => "usual" })
//             }
//         }
fn implemented(item: &ItemEnum, errors: &mut Errors) -> TokenStream {
    let here = Span::mixed_site();
    let runtime = derive::runtime(&item.attrs, "label_value", errors);
    let arms = item.variants.iter().map(|variant| {
        let name = &variant.ident;
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(name.span(), NOT_AN_ENUM);
        }
        let value = value(variant, errors);
        quote_spanned!(here=> Self::#name { .. } => #value)
    });
    let arms: Vec<_> = arms.collect();
    let matched = derive::matched(&arms);
    let (impl_generics, ty_generics, where_clause) = item.generics.split_for_impl();
    let name = &item.ident;
    quote_spanned! {here=>
        #[automatically_derived]
        impl #impl_generics #runtime::LabelValue for #name #ty_generics #where_clause {
            fn label_value(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Borrowed(match #matched { #(#arms),* })
            }
        }
    }
}

fn value(variant: &Variant, errors: &mut Errors) -> String {
    let value =
        derive::attribute(variant, "label_value", errors).map(|attr| match attr.parse_args::<LitStr>() {
            Ok(value) if !value.value().trim().is_empty() => value.value(),
            _ => {
                errors.over(attr, FORM);
                String::new()
            }
        });
    value.unwrap_or_else(|| derive::snake_case(&variant.ident))
}
