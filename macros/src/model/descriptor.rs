//! The names of the methods' statics.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt as _;

use crate::item::Head;

/// How the statics of an item's methods are called.
pub enum Descriptors {
    /// They stand beside the item, where others of the same names may be: what the item is of tells them apart.
    Beside { of: String },
    /// In the body.
    Within,
}

impl Descriptors {
    pub fn of(head: &Head) -> Descriptors {
        let of = match head {
            Head::Impl(head) => {
                let of_trait = head.trait_.as_ref().map(|(path, _)| path);
                let (generics, ty, bounds) = (&head.generics, &head.self_ty, &head.generics.where_clause);
                quote!(#generics #of_trait #ty #bounds)
            }
            Head::Trait(head) => head.ident.to_token_stream(),
            Head::Function => return Descriptors::Within,
        };
        Descriptors::Beside { of: of.to_string() }
    }

    /// `__LIST_4F6C21D0` for `list`.
    pub fn name(&self, method: &Ident) -> Ident {
        match self {
            Descriptors::Within => Ident::new("__METHOD", Span::mixed_site()),
            Descriptors::Beside { of } => {
                let method = method.unraw().to_string();
                let hash = fnv(of.bytes().chain([0]).chain(method.bytes()));
                format_ident!("__{}_{hash:08X}", method.to_uppercase(), span = Span::mixed_site())
            }
        }
    }
}

/// FNV-1a: of the same text it is the same in every build.
fn fnv(text: impl Iterator<Item = u8>) -> u32 {
    text.fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
