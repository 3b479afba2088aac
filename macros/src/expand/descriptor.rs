//! The constant part of a traced method, and the list of them.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::options::options;
use crate::item::Head;
use crate::model::owner::Owner;
use crate::model::role::{Entrance, Traced};
use crate::model::{Block, Method, attributes};

// Output: static __LIST_4F6C21D0: Method = Method::new(MethodKind::Repo, "Tasks", "list", module_path!());
//         list_methods!(__LIST_4F6C21D0);
/// What stands beside a block: the statics of its methods, of which a list with an entry for each would be an eighth of all that
/// `cargo check` does. A function has its own in its body.
pub fn beside(block: &Block) -> Option<TokenStream> {
    if matches!(block.head, Head::Function) {
        return None;
    }
    let of_block = attributes::conditions(block.head.attrs());
    let (statics, names): (Vec<_>, Vec<_>) = block
        .traced()
        .map(|(method, traced)| {
            let conditions = attributes::conditions(&method.function.attrs);
            let (item, name) = (item(block, method, traced), &method.descriptor);
            (quote!(#of_block #conditions #item), quote!(#conditions #name))
        })
        .unzip();
    if names.is_empty() {
        return None;
    }
    let runtime = &block.runtime;
    let list = quote_spanned!(Span::mixed_site()=> #runtime::list_methods!(#(#names),*););
    Some(quote!(#(#statics)* #of_block #list))
}

/// What stands in the body of a function.
pub fn within(block: &Block, method: &Method, traced: &Traced) -> Option<TokenStream> {
    if !matches!(block.head, Head::Function) {
        return None;
    }
    let (runtime, item, name) = (&block.runtime, item(block, method, traced), &method.descriptor);
    Some(quote_spanned!(Span::mixed_site()=> #item #runtime::list_methods!(#name);))
}

fn item(block: &Block, method: &Method, traced: &Traced) -> TokenStream {
    let runtime = &block.runtime;
    let plain = match &traced.entrance {
        Entrance::Plain(plain) => plain,
        Entrance::None | Entrance::Twin | Entrance::Taken(_) => method.name(),
    };
    // The constructor remembers its caller: the method, then, and not the attribute.
    let here = method.name().span();
    let kind = Ident::new(block.preset.kind, Span::mixed_site());
    let kind = quote_spanned!(Span::mixed_site()=> #runtime::MethodKind::#kind);
    let label = Literal::string(&plain.unraw().to_string());
    let (constructor, type_name) = match &block.owner {
        Owner::Type(name) => (Ident::new("new", here), Some(Literal::string(name))),
        Owner::Module => (Ident::new("function", here), None),
    };
    let (type_name, runtime_here) = (type_name.into_iter(), located(runtime, here));
    let constructed = quote_spanned! {here=>
        #runtime_here::Method::#constructor(#kind, #(#type_name,)* #label, ::core::module_path!())
    };
    let (name, options) = (&method.descriptor, options(&method.args, runtime));
    // The path stands where the method is, as if the user had written it there.
    let allowed = block.runtime_is_said.then(|| quote!(#[allow(unused_qualifications)]));
    quote_spanned! {Span::mixed_site()=>
        #allowed
        static #name: #runtime::Method = #constructed #options;
    }
}

/// The tokens, as if they stood there.
fn located(tokens: &TokenStream, there: Span) -> TokenStream {
    let located = tokens.clone().into_iter().map(|mut token| {
        token.set_span(there);
        token
    });
    located.collect()
}
