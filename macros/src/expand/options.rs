//! What `#[traced(…)]` adds to a method.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Token;
use syn::spanned::Spanned as _;

use crate::args::{Field, MethodArgs};
use crate::rewrite::ctx;

/// `.with(&MethodOptions { … })`, where there are any.
pub fn options(args: &MethodArgs, runtime: &TokenStream) -> Option<TokenStream> {
    if args.name.is_none() && !args.has_own_metric() {
        return None;
    }
    let here = Span::mixed_site();
    let optional = |text: Option<&String>| {
        text.map_or_else(
            || quote_spanned!(here=> ::core::option::Option::None),
            |text| quote_spanned!(here=> ::core::option::Option::Some(#text)),
        )
    };
    let span_name = optional(args.name.as_ref().map(|name| &name.value));
    let metric = optional(args.metric.as_ref().map(|metric| &metric.value));
    let counter = optional(args.counter.as_ref().map(|counter| &counter.value.key));
    let labels = args.labels.as_ref().map_or(&[][..], |labels| &labels.value);
    let labels = labels.iter().map(|label| &label.key);
    Some(quote_spanned! {here=>
        .with(&#runtime::MethodOptions {
            span_name: #span_name,
            metric: #metric,
            counter: #counter,
            labels: &[#(#labels),*],
        })
    })
}

/// The attributes of the span.
pub fn recorded(fields: &[Field]) -> TokenStream {
    if fields.is_empty() {
        return TokenStream::new();
    }
    let ctx = ctx();
    let set = fields.iter().map(|Field { key, value, .. }| {
        let value = referenced(value);
        quote_spanned!(Span::mixed_site()=> #ctx.set(#key, #value);)
    });
    quote_spanned! {Span::mixed_site()=>
        if #ctx.is_recording() {
            #(#set)*
        }
    }
}

/// `&value`, where the value is.
pub fn referenced(value: &TokenStream) -> TokenStream {
    let reference = Token![&](value.span());
    if value.clone().into_iter().nth(1).is_none() {
        return quote!(#reference #value);
    }
    let mut parentheses = Group::new(Delimiter::Parenthesis, value.clone());
    parentheses.set_span(value.span());
    quote!(#reference #parentheses)
}
