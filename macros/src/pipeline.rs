//! From the tokens of an attribute and its item to those that take their place.

use proc_macro2::TokenStream;

use crate::args::{BlockArgs, MethodArgs, parse_function};
use crate::errors::Errors;
use crate::item::{Head, Item};
use crate::model::Block;
use crate::preset::Preset;
use crate::{check, expand, fallback, rewrite};

/// Without `enabled`, and beside an error, the item comes out as it went in, with second entrances that pass through, so
/// that nobody who calls them is told of the mistake too.
pub fn expand(preset: &'static Preset, args: TokenStream, item: TokenStream, enabled: bool) -> TokenStream {
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
    let (bodies, findings) = rewrite::bodies(&block);
    check::check(&block, &findings, &mut errors);
    if !errors.is_empty() {
        expand::plain(&block).into_iter().chain(errors.into_tokens()).collect()
    } else if enabled {
        expand::traced(&block, bodies)
    } else {
        expand::plain(&block)
    }
}
