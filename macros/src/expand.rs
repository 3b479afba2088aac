//! The code that an item becomes. Nothing here can fail.

mod descriptor;
mod entrance;
mod method;
mod mock;
mod options;
mod signature;
mod statements;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{ImplItem, ItemImpl, TraitItem};

use crate::item::Head;
use crate::model::role::Role;
use crate::model::{Block, Part, attributes};
use crate::rewrite::Rewritten;

/// The user's item, its methods traced in place, and their second entrances.
///
/// `bodies` are those of the traced methods, in their order.
pub fn traced(block: &Block, bodies: Vec<Rewritten>) -> TokenStream {
    let mut bodies = bodies.into_iter();
    let members = block.parts.iter().map(|part| match part {
        Part::Verbatim(tokens) => tokens.clone(),
        Part::Method(method) => match &method.role {
            Role::Left | Role::Kept(_) => method.function.to_token_stream(),
            Role::Traced(traced) => {
                // There is one for each.
                bodies
                    .next()
                    .map_or_else(TokenStream::new, |body| method::traced(block, method, traced, body))
            }
        },
    });
    let members = members.collect();
    let item = item(block, members, entrance::all(block, entrance::Passing::Context));
    let descriptors = descriptor::beside(block);
    quote!(#item #descriptors)
}

/// The user's item as it went in, with second entrances that pass through.
pub fn plain(block: &Block) -> TokenStream {
    let members = block.parts.iter().map(|part| match part {
        Part::Verbatim(tokens) => tokens.clone(),
        Part::Method(method) => method.function.to_token_stream(),
    });
    item(block, members.collect(), entrance::all(block, entrance::Passing::Nothing))
}

fn item(block: &Block, members: TokenStream, entrances: TokenStream) -> TokenStream {
    match &block.head {
        Head::Impl(head) => {
            let mut written = head.clone();
            written.items = vec![ImplItem::Verbatim(members)];
            let entrances = apart(head, entrances);
            quote!(#written #entrances)
        }
        Head::Trait(head) => {
            let mut written = head.clone();
            written.items = vec![TraitItem::Verbatim(quote!(#members #entrances))];
            let mock = block.automock.as_ref().map(|automock| mock::mock(block, head, automock));
            quote!(#written #mock)
        }
        Head::Function => quote!(#members #entrances),
    }
}

/// Second entrances stand in a block of their own, where attributes on the user's block do not see them.
fn apart(head: &ItemImpl, entrances: TokenStream) -> TokenStream {
    if entrances.is_empty() {
        return entrances;
    }
    let attrs = attributes::for_twin(&head.attrs);
    let (generics, self_ty, where_clause) = (&head.generics, &head.self_ty, &head.generics.where_clause);
    quote! {
        #attrs
        impl #generics #self_ty #where_clause {
            #entrances
        }
    }
}
