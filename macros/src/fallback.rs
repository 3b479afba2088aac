//! What is emitted for an item that cannot be read: the item as it was, so that one mistake stays one message.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::Parser as _;

use crate::args::is_traced;

/// The item without this crate's own attributes on its members, which mean nothing to the compiler there.
pub fn plain(item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last_mut()
        && body.delimiter() == Delimiter::Brace
    {
        let mut members = Group::new(Delimiter::Brace, without_own_attributes(body.stream()));
        members.set_span(body.span());
        *body = members;
    }
    tokens.into_iter().collect()
}

pub fn without_own_attributes(members: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = members.into_iter().collect();
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if is_own_attribute(&tokens[at..]) {
            at += 2;
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept.into_iter().collect()
}

fn is_own_attribute(tokens: &[TokenTree]) -> bool {
    let [pound @ TokenTree::Punct(punct), attr @ TokenTree::Group(_), ..] = tokens else { return false };
    let attr: TokenStream = [pound.clone(), attr.clone()].into_iter().collect();
    punct.as_char() == '#'
        && syn::Attribute::parse_outer
            .parse2(attr)
            .is_ok_and(|attrs| attrs.iter().all(|attr| is_traced(attr.path())))
}
