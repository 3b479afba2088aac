//! The attributes of [spanweave](https://docs.rs/spanweave): `#[traced_service]` and `#[repo]`. They are re-exported
//! there, and generated code names the runtime as `::spanweave`.
//!
//! # How an attribute becomes code
//!
//! Attribute tokens → `args` → `item` → `model` → `rewrite` → `check` → `expand`, or `fallback` beside the errors.
//! Reading checks form only; `check` holds every rule over more than one fact; expansion cannot fail.
#![deny(missing_docs)]

mod args;
mod check;
mod errors;
mod expand;
mod fallback;
mod item;
mod model;
mod preset;
mod rewrite;

use proc_macro::TokenStream;

use crate::preset::Preset;

/// placeholder
#[proc_macro_attribute]
pub fn traced_service(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(&preset::SERVICE, args.into(), item.into()).into()
}

/// placeholder
#[proc_macro_attribute]
pub fn repo(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(&preset::REPO, args.into(), item.into()).into()
}

fn attribute(
    preset: &'static Preset,
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    let mut errors = errors::Errors::default();
    let args = args::BlockArgs::parse(args, &mut errors);
    let impl_block = match item::ImplBlock::parse(preset, item.clone()) {
        Ok(impl_block) => impl_block,
        Err(error) => {
            errors.push(error);
            return [fallback::plain(item), errors.into_tokens()].into_iter().collect();
        }
    };
    let block = model::Block::new(preset, args, impl_block, &mut errors);
    let (bodies, called) = rewrite::bodies(&block);
    check::check(&block, &called, &mut errors);
    if errors.is_empty() {
        expand::expand(&block, bodies)
    } else {
        [fallback::plain(item), expand::entrances(&block), errors.into_tokens()].into_iter().collect()
    }
}

#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod tests;
