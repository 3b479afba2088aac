//! A method in the user's block.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Lifetime, ReturnType, Signature, Token, Type};

use crate::args::Field;
use crate::item::Function;
use crate::model::attributes;
use crate::model::returned::Returned;
use crate::model::{Block, Entrance, Method, Traced};
use crate::rewrite::{Rewritten, ctx};

pub fn left(method: &Method) -> TokenStream {
    let Function { attrs, vis, defaultness, sig, body } = &method.function;
    quote!(#(#attrs)* #vis #defaultness #sig #body)
}

// Input:  pub async fn list(&self, id: i64) -> Result<Task> { … }
// Output: #[inline]
//         pub fn list(&self, id: i64) -> impl Future<Output = Result<Task>> {
//             static __METHOD: Method = Method::service("Tasks", "list", module_path!());
//             let returns = Returns::<Result<Task>>::NEW;
//             __METHOD.call(Ctx::current()).run(returns.class(), async move { let id = id; … { … } })
//         }
pub fn traced(block: &Block, method: &Method, traced: &Traced, body: Rewritten) -> TokenStream {
    let Function { attrs, vis, defaultness, sig, .. } = &method.function;
    let (safety, abi, fn_token, name, generics) =
        (&sig.safety, &sig.abi, &sig.fn_token, &sig.ident, &sig.generics);
    let (where_clause, inputs) = (&generics.where_clause, traced.arguments.inputs());
    let asyncness = sig.asyncness.filter(|_| traced.stays_async);
    let output = output(sig, traced.stays_async);
    // An `async fn` is inlined as its author has it.
    let inline = (!traced.stays_async).then(|| attributes::inline(attrs)).flatten();
    let descriptor = descriptor(block, method, &traced.entrance);
    let returns = returns(&traced.returned);
    let call = finished(traced, call(method, traced, body));
    // Braces of the user's: what is said of the whole method is said there.
    let mut block = Group::new(Delimiter::Brace, quote!(#descriptor #returns #call));
    block.set_span(method.function.body.span());
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)*
        #inline
        #vis #defaultness #asyncness #safety #abi #fn_token #name #generics (#inputs) #output #where_clause #block
    }
}

/// `-> impl Future<Output = R>`, or as it was.
pub fn output(sig: &Signature, stays_async: bool) -> TokenStream {
    if stays_async {
        return sig.output.to_token_stream();
    }
    let (returned, end) = match &sig.output {
        ReturnType::Default => (quote!(()), sig.paren_token.span.close()),
        ReturnType::Type(arrow, ty) => (quote!(#ty), last_span(ty).unwrap_or(arrow.spans[1])),
    };
    // The signature ends where the user's ends: what is said of it is said there.
    let close = Token![>](end);
    // The span of `impl` is this crate's, which is of edition 2024: the future captures what an `async fn` does,
    // whatever the edition of the user's crate.
    quote_spanned!(Span::mixed_site()=> -> impl ::core::future::Future<Output = #returned #close)
}

fn last_span(ty: &Type) -> Option<Span> {
    ty.to_token_stream().into_iter().last().map(|token| token.span())
}

fn descriptor(block: &Block, method: &Method, entrance: &Entrance) -> TokenStream {
    let name = match entrance {
        Entrance::Plain(plain) => plain,
        Entrance::None | Entrance::Twin | Entrance::Taken(_) => method.name(),
    };
    // The constructor remembers its caller: the method, then, and not the attribute.
    let here = method.name().span();
    let constructor = Ident::new(block.preset.constructor, here);
    let (type_name, label) = (Literal::string(&block.type_name), Literal::string(&name.unraw().to_string()));
    let constructed =
        quote_spanned!(here=> ::spanweave::Method::#constructor(#type_name, #label, ::core::module_path!()));
    let named = method.args.name.as_ref().map(|name| {
        let name = &name.value;
        quote!(.named(#name))
    });
    quote_spanned!(Span::mixed_site()=> static __METHOD: ::spanweave::Method = #constructed #named;)
}

/// The return type, where it has a name.
fn returns(returned: &Returned) -> TokenStream {
    let ty = match returned {
        Returned::Named(ty) => ty.clone(),
        // Nothing is returned, and of the types of which there is no value this one has a name on stable.
        Returned::Never => quote!(::core::convert::Infallible),
        Returned::Opaque => return TokenStream::new(),
    };
    quote_spanned!(Span::mixed_site()=> let returns = ::spanweave::Returns::<#ty>::NEW;)
}

fn call(method: &Method, traced: &Traced, body: Rewritten) -> TokenStream {
    let rebound = traced.arguments.rebound();
    let (class, pinned) = match traced.returned {
        Returned::Opaque => (quote!(::spanweave::AnyReturn), TokenStream::new()),
        Returned::Named(_) | Returned::Never => (class(), pinned(&method.function.sig)),
    };
    let fields = method.args.fields.as_ref().map_or(&[][..], |fields| &fields.value);
    let context = (body.uses_ctx || !fields.is_empty()).then(current);
    let fields = recorded(fields);
    // Where the braces are: what is said of the block is said there.
    let label = Lifetime::new("'_body", method.function.body.span());
    let body = braced(&method.function.body, body);
    // The outer block is of this crate's edition, 2024: what its tail borrows ends before the arguments do, as in an
    // `async fn`. The user's own braces stay of the user's edition; with a label, because rustc calls unlabelled braces
    // around a single expression unnecessary.
    quote_spanned! {Span::mixed_site()=>
        __METHOD.call(::spanweave::Ctx::current()).run(#class, async move {
            #rebound
            #pinned
            #context
            #fields
            #label: #body
        })
    }
}

fn class() -> TokenStream {
    quote_spanned!(Span::mixed_site()=> returns.class())
}

/// The early return is never taken: it tells inference what the block returns, and the compiler where that is said.
fn pinned(sig: &Signature) -> TokenStream {
    let said = match &sig.output {
        ReturnType::Default => sig.paren_token.span.close(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let early = Ident::new("early", said);
    quote_spanned! {Span::mixed_site()=>
        if let Some(#early) = returns.early() {
            return #early;
        }
    }
}

fn current() -> TokenStream {
    let ctx = ctx();
    quote_spanned!(Span::mixed_site()=> let #ctx = ::spanweave::Ctx::current();)
}

fn recorded(fields: &[Field]) -> TokenStream {
    if fields.is_empty() {
        return TokenStream::new();
    }
    let ctx = ctx();
    let set = fields.iter().map(|Field { key, value, .. }| {
        let reference = Token![&](value.span());
        let value = if is_one_token(value) { value.clone() } else { quote!((#value)) };
        quote_spanned!(Span::mixed_site()=> #ctx.set(#key, #reference #value);)
    });
    quote_spanned! {Span::mixed_site()=>
        if #ctx.is_recording() {
            #(#set)*
        }
    }
}

fn is_one_token(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().nth(1).is_none()
}

/// The user's own braces, with both of their spans where nothing was rewritten.
fn braced(written: &Group, body: Rewritten) -> Group {
    if !body.uses_ctx {
        return written.clone();
    }
    let mut braced = Group::new(Delimiter::Brace, body.body);
    braced.set_span(written.span());
    braced
}

/// Enters the context that the caller gave, and awaits where the method is still `async`.
fn finished(traced: &Traced, call: TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let call = match (&traced.entrance, traced.arguments.list.first()) {
        (Entrance::Plain(_), Some(given)) => {
            let given = given.entry();
            quote_spanned!(here=> #given.enter(move || #call))
        }
        _ => call,
    };
    match (traced.stays_async, &traced.returned) {
        (false, _) => call,
        (true, Returned::Never) => quote_spanned!(here=> match #call.await {}),
        (true, _) => quote_spanned!(here=> #call.await),
    }
}
