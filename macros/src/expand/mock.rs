//! The mock of a trait that has `#[automock]`: its methods, without their twins.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ItemTrait;
use syn::spanned::Spanned as _;

use crate::item::Function;
use crate::model::automock::{Automock, async_trait_as_written, terminated};
use crate::model::{Block, attributes};

// Input:  #[automock] pub trait Tasks { async fn list(&self) -> usize; }
// Output: mock! { pub Tasks {} impl Tasks for Tasks { async fn list(&self) -> usize; } }
pub fn mock(block: &Block, head: &ItemTrait, automock: &Automock) -> TokenStream {
    let (vis, name, generics) = (&head.vis, &head.ident, &head.generics);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let cfg = automock.condition.as_ref().map(|condition| quote!(#[cfg(#condition)]));
    let (async_trait, inert) = (async_trait_as_written(&head.attrs), attributes::for_twin(&head.attrs));
    let (mock, types) = (automock.sibling("mock"), terminated(&automock.types));
    let methods = block.methods().map(|method| {
        let Function { attrs, sig, .. } = &method.function;
        quote!(#(#attrs)* #sig;)
    });
    let is_used = (!automock.is_qualified()).then(|| {
        let used = is_used(automock);
        quote!(#cfg #used)
    });
    // As if the user had written it: what it writes, others read again.
    quote_spanned! {automock.path.span()=>
        #is_used
        #cfg
        #mock! {
            #vis #name #generics #where_clause {}
            #inert
            #async_trait
            impl #impl_generics #name #ty_generics for #name #ty_generics #where_clause {
                #types
                #(#methods)*
            }
        }
    }
}

/// Its import was for the attribute.
fn is_used(automock: &Automock) -> TokenStream {
    let path = &automock.path;
    quote_spanned! {Span::mixed_site()=>
        const _: () = {
            #[allow(unused_imports)]
            use #path as _;
        };
    }
}
