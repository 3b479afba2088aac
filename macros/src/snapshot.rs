//! `tests/expand/NAME.rs` expands to `tests/expand/NAME.expanded.rs`, exactly.
//!
//! With `SPANWEAVE_BLESS=1` the expansions are written anew; read them then.

use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, File, Item, Meta};

use crate::pipeline::Features;
use crate::preset::{CLIENT, FUNCTION, JOB, Preset, REPO, SERVICE};

#[test]
fn expansions_are_as_recorded() {
    let bless = env::var_os("SPANWEAVE_BLESS").is_some();
    let differing: Vec<_> = inputs().into_iter().filter(|input| !is_as_recorded(input, bless)).collect();
    assert!(differing.is_empty(), "expand differently, see with SPANWEAVE_BLESS=1: {differing:#?}");
}

fn inputs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/expand");
    let files =
        fs::read_dir(folder).expect("tests/expand is there").map(|file| file.expect("readable").path());
    let mut inputs: Vec<_> = files
        .filter(|file| {
            file.extension().is_some_and(|it| it == "rs") && !file.to_string_lossy().ends_with(".expanded.rs")
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    inputs
}

fn is_as_recorded(input: &Path, bless: bool) -> bool {
    let source = fs::read_to_string(input).expect("readable");
    let expanded = expanded(&source);
    let recorded = input.with_extension("expanded.rs");
    if bless {
        fs::write(&recorded, &expanded).expect("writable");
    }
    fs::read_to_string(&recorded).is_ok_and(|recorded| recorded == expanded)
}

fn expanded(source: &str) -> String {
    let file = syn::parse_file(source).expect("the input parses");
    let items: TokenStream = file.items.into_iter().map(expanded_item).collect();
    let expanded: File = syn::parse2(items).expect("the expansion parses");
    prettyplease::unparse(&expanded)
}

fn expanded_item(mut item: Item) -> TokenStream {
    let Some((preset, args)) = attrs(&mut item).and_then(take_attribute) else {
        return item.into_token_stream();
    };
    crate::pipeline::expand(preset, args, item.into_token_stream(), Features { enable: true, sqlx: true })
}

fn attrs(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Impl(item) => Some(&mut item.attrs),
        Item::Trait(item) => Some(&mut item.attrs),
        Item::Fn(item) => Some(&mut item.attrs),
        _ => None,
    }
}

fn take_attribute(attrs: &mut Vec<Attribute>) -> Option<(&'static Preset, TokenStream)> {
    let at = attrs.iter().position(|attr| preset(attr).is_some())?;
    let attr = attrs.remove(at);
    let args = match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    Some((preset(&attr)?, args))
}

fn preset(attr: &Attribute) -> Option<&'static Preset> {
    [&SERVICE, &REPO, &CLIENT, &JOB, &FUNCTION].into_iter().find(|preset| {
        let name = preset.attribute.trim_matches(['#', '[', ']']);
        attr.path().is_ident(name)
    })
}
