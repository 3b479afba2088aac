//! What is emitted beside an error: the user's item as it was, so that one mistake stays one message.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::Parser as _;

use crate::args::is_traced;
use crate::expand;
use crate::model::Block;

/// The item without this crate's own attributes, which mean nothing to the compiler.
pub fn plain(item: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = item.into_iter().collect();
    let last = tokens.len().saturating_sub(1);
    let stripped = tokens.into_iter().enumerate().map(|(at, token)| match token {
        TokenTree::Group(body) if at == last && body.delimiter() == Delimiter::Brace => members(&body).into(),
        token => token,
    });
    stripped.collect()
}

/// And the second entrances, so that nobody who calls them is told of the mistake too.
pub fn with_entrances(item: TokenStream, block: &Block) -> TokenStream {
    plain(item).into_iter().chain(expand::entrances(block)).collect()
}

fn members(body: &Group) -> Group {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
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
    let mut stripped = Group::new(body.delimiter(), kept.into_iter().collect());
    stripped.set_span(body.span());
    stripped
}

fn is_own_attribute(tokens: &[TokenTree]) -> bool {
    let [pound @ TokenTree::Punct(punct), attr @ TokenTree::Group(_), ..] = tokens else { return false };
    let attr: TokenStream = [pound.clone(), attr.clone()].into_iter().collect();
    punct.as_char() == '#'
        && syn::Attribute::parse_outer.parse2(attr).is_ok_and(|attrs| attrs.iter().all(is_traced))
}
