//! Attributes of others: which of them look at what they stand on, and which belong on a method's second name too.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Path, Token, parse_quote};

use crate::args::is_traced;
use crate::item::{Body, Function};

/// Attributes that see neither the arguments of a function nor its body.
const INERT: &[&str] =
    &["allow", "cfg", "cold", "deny", "deprecated", "doc", "expect", "forbid", "inline", "must_use", "warn"];

/// Tools whose attributes are comments to the compiler.
const TOOLS: &[&str] = &["clippy", "diagnostic", "rust_analyzer", "rustfmt"];

pub fn is_inert(attr: &Attribute) -> bool {
    is_inert_meta(&attr.meta)
}

fn is_inert_meta(meta: &Meta) -> bool {
    let Some(first) = meta.path().segments.first() else { return false };
    if meta.path().segments.len() > 1 {
        return TOOLS.iter().any(|tool| first.ident == tool);
    }
    match conditional(meta) {
        Some(metas) => metas.iter().all(is_inert_meta),
        None => INERT.iter().any(|name| first.ident == name),
    }
}

/// The condition of a `cfg_attr`, and its attributes.
pub fn cfg_attr(meta: &Meta) -> Option<(TokenStream, Vec<Meta>)> {
    let Meta::List(list) = meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let mut tokens = list.tokens.clone().into_iter();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let condition = tokens.by_ref().take_while(|token| !is_comma(token)).collect();
    let metas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens.collect()).ok()?;
    Some((condition, metas.into_iter().collect()))
}

/// The attributes in a `cfg_attr(…, these)`.
pub fn conditional(meta: &Meta) -> Option<Vec<Meta>> {
    cfg_attr(meta).map(|(_, metas)| metas)
}

/// `#[async_trait]`, as it stands on a trait.
#[derive(Clone, Copy)]
pub struct AsyncTrait {
    /// Whether its futures are `Send`, as they are without `?Send`.
    pub send: bool,
}

/// The attribute of async-trait, if it is there for certain.
pub fn async_trait(attrs: &[Attribute]) -> Option<AsyncTrait> {
    let attr = attrs.iter().find(|attr| is_called(attr.path(), "async_trait"))?;
    let send = !matches!(&attr.meta, Meta::List(list) if list.tokens.to_string().contains('?'));
    Some(AsyncTrait { send })
}

/// Whether the last segment of a path is this name.
pub fn is_called(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}

// Input:  #[cfg_attr(test, traced(skip = "…"))] pub async fn f() {}
// Output: #[cfg(test)] #[traced(skip = "…")] pub async fn f() {}
//         #[cfg(not(test))] pub async fn f() {}
/// Of several conditions the first that holds counts.
pub fn by_condition(function: Function) -> Vec<Function> {
    let at = function.attrs.iter().position(is_traced_conditionally);
    let conditional = at.and_then(|at| Some((at, cfg_attr(&function.attrs[at].meta)?)));
    let Some((at, (condition, metas))) = conditional else { return vec![function] };
    let mut without = function;
    let attr = without.attrs.remove(at);
    let mut with = without.clone();
    with.attrs = with.attrs.into_iter().filter_map(untraced).collect();
    with.attrs.push(parse_quote!(#[cfg(#condition)]));
    with.attrs.extend(metas.iter().map(|meta| -> Attribute { parse_quote!(#[#meta]) }));
    without.attrs.extend(untraced(attr));
    without.attrs.push(parse_quote!(#[cfg(not(#condition))]));
    std::iter::once(with).chain(by_condition(without)).collect()
}

fn is_traced_conditionally(attr: &Attribute) -> bool {
    conditional(&attr.meta).is_some_and(|metas| metas.iter().any(|meta| is_traced(meta.path())))
}

/// `#[cfg_attr(test, traced(…), inline)]` as `#[cfg_attr(test, inline)]`.
fn untraced(attr: Attribute) -> Option<Attribute> {
    let Some((condition, metas)) = cfg_attr(&attr.meta) else { return Some(attr) };
    let kept: Vec<_> = metas.iter().filter(|meta| !is_traced(meta.path())).collect();
    (!kept.is_empty()).then(|| parse_quote!(#[cfg_attr(#condition, #(#kept),*)]))
}

/// Moves `#![…]` at the top of the body in front of the function, where it means the same.
pub fn hoist_inner(function: &mut Function) {
    let Body::Written(body) = &function.body else { return };
    let mut rest = body.stream().into_iter().peekable();
    let mut hoisted = Vec::new();
    while matches!(rest.peek(), Some(TokenTree::Punct(pound)) if pound.as_char() == '#') {
        let mut ahead = rest.clone();
        let (pound, bang, meta) = (ahead.next(), ahead.next(), ahead.next());
        match (pound, bang, meta) {
            (Some(pound), Some(TokenTree::Punct(bang)), Some(meta)) if bang.as_char() == '!' => {
                hoisted.extend([pound, meta]);
                rest = ahead;
            }
            _ => break,
        }
    }
    if hoisted.is_empty() {
        return;
    }
    let outer: TokenStream = hoisted.into_iter().collect();
    if let Ok(attrs) = Attribute::parse_outer.parse2(outer) {
        let mut without = Group::new(body.delimiter(), rest.collect());
        without.set_span(body.span());
        function.attrs.extend(attrs);
        function.body = Body::Written(without);
    }
}

/// What of them says under which conditions an item is there.
pub fn conditions(attrs: &[Attribute]) -> TokenStream {
    let conditions = attrs.iter().filter_map(|attr| match cfg_attr(&attr.meta) {
        Some((condition, metas)) => {
            let cfgs: Vec<_> = metas.into_iter().filter(|meta| meta.path().is_ident("cfg")).collect();
            (!cfgs.is_empty()).then(|| quote!(#[cfg_attr(#condition, #(#cfgs),*)]))
        }
        None => attr.path().is_ident("cfg").then(|| attr.to_token_stream()),
    });
    conditions.collect()
}

/// The attributes of a method, or of a block, that belong on its twin as well.
pub fn for_twin(attrs: &[Attribute]) -> TokenStream {
    let mut tokens = TokenStream::new();
    for attr in attrs {
        if let Some(meta) = twin_meta(&attr.meta) {
            let pound = Token![#](attr.pound_token.span);
            tokens.extend(quote!(#pound [#meta]));
        }
    }
    tokens
}

fn twin_meta(meta: &Meta) -> Option<TokenStream> {
    if let Some((condition, metas)) = cfg_attr(meta) {
        let kept: Vec<_> = metas.iter().filter_map(twin_meta).collect();
        return (!kept.is_empty()).then(|| quote!(cfg_attr(#condition, #(#kept),*)));
    }
    let name = meta.path().get_ident()?.to_string();
    match (name.as_str(), meta) {
        ("allow" | "cfg" | "cold" | "deprecated" | "inline" | "must_use", _) | ("doc", Meta::List(_)) => {
            Some(meta.to_token_stream())
        }
        // The twin may not do what is expected of the method.
        ("expect", Meta::List(list)) => {
            let lints = &list.tokens;
            Some(quote!(allow(#lints)))
        }
        _ => None,
    }
}

/// `#[inline]`, where nothing is said of that: the function only calls another, or makes a future. Inlined, that is made
/// where it is awaited; otherwise it is made in one place and moved to another, which takes longer than to measure a call.
pub fn inline(attrs: &[Attribute]) -> Option<TokenStream> {
    (!has(attrs, "inline")).then(|| quote!(#[inline]))
}

/// The attributes of an argument that is bound again: what they expect is found there.
pub fn for_signature(attrs: &[Attribute], is_bound_again: bool) -> TokenStream {
    let attr = |attr: &Attribute| match &attr.meta {
        Meta::List(list) if is_bound_again && list.path.is_ident("expect") => {
            let lints = &list.tokens;
            quote!(#[allow(#lints)])
        }
        _ => quote!(#attr),
    };
    attrs.iter().map(attr).collect()
}

/// The `cfg`s of an argument: its second mention needs them, and nothing else.
pub fn cfgs(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
}

/// Whether an attribute is there, or may be.
pub fn has(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().any(|attr| names(&attr.meta, name))
}

fn names(meta: &Meta, name: &str) -> bool {
    conditional(meta)
        .map_or_else(|| meta.path().is_ident(name), |metas| metas.iter().any(|meta| names(meta, name)))
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn hints_are_inert_and_macros_are_not() {
        let inert: [Attribute; 4] = [
            parse_quote!(#[inline]),
            parse_quote!(#[clippy::cognitive_complexity = "50"]),
            parse_quote!(#[cfg_attr(test, allow(unused), inline)]),
            parse_quote!(#[doc = "a"]),
        ];
        assert!(inert.iter().all(is_inert));
        let others: [Attribute; 4] = [
            parse_quote!(#[instrument]),
            parse_quote!(#[tracing::instrument(skip_all)]),
            parse_quote!(#[cfg_attr(test, instrument)]),
            parse_quote!(#[automock]),
        ];
        assert!(!others.iter().any(is_inert));
    }

    #[test]
    fn a_twin_takes_what_concerns_its_callers() {
        let attrs: [Attribute; 6] = [
            parse_quote!(#[doc = "a"]),
            parse_quote!(#[doc(hidden)]),
            parse_quote!(#[expect(clippy::pedantic)]),
            parse_quote!(#[cfg_attr(a, deprecated, instrument)]),
            parse_quote!(#[cfg_attr(a, instrument)]),
            parse_quote!(#[instrument]),
        ];
        assert_eq!(
            for_twin(&attrs).to_string(),
            quote!(#[doc(hidden)] #[allow(clippy::pedantic)] #[cfg_attr(a, deprecated)]).to_string(),
        );
    }
}
