//! From the tokens of an attribute and its item to those that take their place.

use proc_macro2::TokenStream;

use crate::args::{BlockArgs, MethodArgs, parse_function};
use crate::errors::Errors;
use crate::item::{Head, Item};
use crate::model::Block;
use crate::preset::Preset;
use crate::{check, expand, fallback, rewrite};

/// What the runtime of the user has.
#[derive(Clone, Copy)]
pub struct Features {
    pub enable: bool,
    /// What traces statements of sqlx; a body may have the same words without it.
    pub sqlx: bool,
}

/// Without `enable`, and beside an error, the item comes out as it went in, with second entrances that pass through, so
/// that nobody who calls them is told of the mistake too.
pub fn expand(
    preset: &'static Preset,
    args: TokenStream,
    item: TokenStream,
    features: Features,
) -> TokenStream {
    let read = match Item::parse(preset, item.clone()) {
        Ok(read) => read,
        Err(error) => return fallback::plain(item).into_iter().chain(error.to_compile_error()).collect(),
    };
    let mut errors = Errors::default();
    let (block_args, method_args) = match read.head {
        Head::Function => parse_function(args, &mut errors),
        Head::Impl(_) | Head::Trait(_) => (BlockArgs::parse(args, &mut errors), MethodArgs::default()),
    };
    let block = Block::new(preset, block_args, method_args, read, &mut errors);
    let (bodies, findings) = rewrite::bodies(&block, features.sqlx);
    check::check(&block, &findings, &mut errors);
    if !errors.is_empty() {
        expand::plain(&block).into_iter().chain(errors.into_tokens()).collect()
    } else if features.enable {
        expand::traced(&block, bodies)
    } else {
        expand::plain(&block)
    }
}
