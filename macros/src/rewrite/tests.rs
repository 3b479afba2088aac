// What `quote!` makes is passed on as it is, for the sake of the cases.
#![allow(clippy::needless_pass_by_value)]

use proc_macro2::TokenStream;
use quote::quote;

use super::*;
use crate::args::{BlockArgs, MethodArgs};
use crate::errors::Errors;
use crate::item::Item;
use crate::preset::SERVICE;

fn rewritten(fields: &[&str], sql: bool, body: TokenStream) -> String {
    let fields: Vec<TokenStream> = fields.iter().map(|field| field.parse().expect("tokens")).collect();
    let args = if fields.is_empty() { quote!() } else { quote!(calls(#(#fields),*)) };
    let block = block(args);
    let sql = if sql { SqlTraced::All } else { SqlTraced::Nothing };
    Rewriter::new(&block).body(&method(), body, sql, false).body.to_string()
}

fn method() -> Ident {
    Ident::new("__METHOD", Span::call_site())
}

fn block(args: TokenStream) -> Block {
    let mut errors = Errors::default();
    let args = BlockArgs::parse(args, &mut errors);
    let item = Item::parse(&SERVICE, quote!(impl A {})).expect("an impl block");
    let block = Block::new(&SERVICE, args, MethodArgs::default(), item, &mut errors);
    assert!(errors.is_empty());
    block
}

#[track_caller]
fn assert_calls(body: TokenStream, expected: TokenStream) {
    assert_eq!(rewritten(&["tasks", "users"], false, body), expected.to_string());
}

/// In a body without `sql`.
#[track_caller]
fn assert_transactions(body: TokenStream, expected: TokenStream) {
    let block = block(quote!());
    let rewritten = Rewriter::new(&block).body(&method(), body, SqlTraced::Transactions, false);
    assert_eq!(rewritten.body.to_string(), expected.to_string());
}

#[track_caller]
fn assert_sql(body: TokenStream, expected: TokenStream) {
    assert_eq!(rewritten(&[], true, body), expected.to_string());
}

mod calls;
mod literals;
mod queries;
mod transactions;
