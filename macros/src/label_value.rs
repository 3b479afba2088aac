//! `#[derive(LabelValue)]`

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Fields, Item, ItemEnum, LitStr, Path, Token, Variant};

use crate::error_class::snake_case;
use crate::errors::Errors;

const FORM: &str = "`label_value` names the value of a variant; write `#[label_value(\"high\")]`";
const NOT_AN_ENUM: &str = "`LabelValue` is derived for an enum without fields: the values of a label are to be few; write `impl spanweave::LabelValue` for what else has few";

pub fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match syn::parse2::<Item>(item) {
        Ok(Item::Enum(item)) => {
            let implemented = implemented(&item, &mut errors);
            implemented.into_iter().chain(errors.into_tokens()).collect()
        }
        Ok(Item::Struct(item)) => {
            errors.at(item.ident.span(), NOT_AN_ENUM);
            errors.into_tokens()
        }
        Ok(Item::Union(item)) => {
            errors.at(item.ident.span(), NOT_AN_ENUM);
            errors.into_tokens()
        }
        Ok(other) => {
            errors.over(other, NOT_AN_ENUM);
            errors.into_tokens()
        }
        Err(error) => error.to_compile_error(),
    }
}

// Input:  enum Priority { High, #[label_value("usual")] Medium }
// Output: impl LabelValue for Priority {
//             fn label_value(&self) -> Cow<'_, str> {
//                 Cow::Borrowed(match self { Self::High => "high", Self::Medium => "usual" })
//             }
//         }
fn implemented(item: &ItemEnum, errors: &mut Errors) -> TokenStream {
    let here = Span::mixed_site();
    let runtime = runtime(&item.attrs, errors);
    let arms = item.variants.iter().map(|variant| {
        let name = &variant.ident;
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(name.span(), NOT_AN_ENUM);
        }
        let value = value(variant, errors);
        quote_spanned!(here=> Self::#name { .. } => #value)
    });
    let arms: Vec<_> = arms.collect();
    // Of an enum without variants there is no value.
    let matched = if arms.is_empty() { quote_spanned!(here=> *self) } else { quote_spanned!(here=> self) };
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
    let mut given = variant.attrs.iter().filter(|attr| attr.path().is_ident("label_value"));
    let value = given.next().map(|attr| match attr.parse_args::<LitStr>() {
        Ok(value) if !value.value().trim().is_empty() => value.value(),
        _ => {
            errors.over(attr, FORM);
            String::new()
        }
    });
    if let Some(second) = given.next() {
        errors.over(second, "`label_value` is given twice; remove one");
    }
    value.unwrap_or_else(|| snake_case(&variant.ident))
}

/// `::spanweave`, or what `#[label_value(crate = …)]` on the enum says.
fn runtime(attrs: &[Attribute], errors: &mut Errors) -> TokenStream {
    let Some(attr) = attrs.iter().find(|attr| attr.path().is_ident("label_value")) else {
        return quote_spanned!(Span::mixed_site()=> ::spanweave);
    };
    let path = attr.parse_args_with(|input: syn::parse::ParseStream| {
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        input.call(Path::parse_mod_style)
    });
    path.map_or_else(
        |_| {
            errors.over(attr, "`label_value` on an enum says where spanweave is; write `#[label_value(crate = my_crate::spanweave)]`");
            TokenStream::new()
        },
        |path| quote!(#path),
    )
}
