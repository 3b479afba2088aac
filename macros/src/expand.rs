//! The code that a block becomes. Nothing here can fail.

mod entrance;
mod method;

use proc_macro2::{Group, TokenStream};
use quote::quote;
use syn::{AttrStyle, Attribute};

use crate::model::{Block, Part, Role, attributes};
use crate::rewrite::Rewritten;

/// The user's block, its methods traced in place, and a block with their second entrances.
///
/// `bodies` are those of the traced methods, in their order.
pub fn expand(block: &Block, bodies: Vec<Rewritten>) -> TokenStream {
    let mut bodies = bodies.into_iter();
    let members = block.parts.iter().map(|part| match part {
        Part::Verbatim(tokens) => tokens.clone(),
        Part::Method(method) => match &method.role {
            Role::Left | Role::Skipped(_) => method::left(method),
            Role::Traced(traced) => {
                let body = bodies.next().expect("one body per traced method");
                method::traced(block, method, traced, body)
            }
        },
    });
    let members: TokenStream = members.collect();
    let user_block = user_block(block, &members);
    let entrances = entrances(block);
    quote!(#user_block #entrances)
}

fn user_block(block: &Block, members: &TokenStream) -> TokenStream {
    let head = &block.head;
    let outer = head.attrs.iter().filter(|attr| is_outer(attr));
    let inner = head.attrs.iter().filter(|attr| !is_outer(attr));
    let (defaultness, unsafety, impl_token) = (&head.modifiers.defaultness, &head.unsafety, &head.impl_token);
    let (generics, self_ty, where_clause) = (&head.generics, &head.self_ty, &head.generics.where_clause);
    let mut body = Group::new(proc_macro2::Delimiter::Brace, quote!(#(#inner)* #members));
    body.set_span(head.brace_token.span.join());
    quote!(#(#outer)* #defaultness #unsafety #impl_token #generics #self_ty #where_clause #body)
}

fn is_outer(attr: &Attribute) -> bool {
    matches!(attr.style, AttrStyle::Outer)
}

/// The second entrances stand apart, where attributes on the user's block do not see them.
pub fn entrances(block: &Block) -> TokenStream {
    let methods: TokenStream = block.methods().map(entrance::entrance).collect();
    if methods.is_empty() {
        return methods;
    }
    let head = &block.head;
    let attrs = attributes::for_twin(&head.attrs);
    let (generics, self_ty, where_clause) = (&head.generics, &head.self_ty, &head.generics.where_clause);
    quote! {
        #attrs
        impl #generics #self_ty #where_clause {
            #methods
        }
    }
}
