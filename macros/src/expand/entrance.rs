//! The second entrance of a traced method. It carries no logic: it calls the method.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{GenericParam, Receiver, ReceiverKind, Safety};

use super::method::output;
use crate::model::arguments::{Argument, is_said_unused, separated};
use crate::model::returned::Returned;
use crate::model::{Entrance, Method, Role, Traced, attributes};
use crate::rewrite::{ctx, twin_of};

/// The most arguments, `self` included, that clippy accepts without being configured.
const MANY: usize = 7;

pub fn entrance(method: &Method) -> TokenStream {
    match &method.role {
        Role::Left => TokenStream::new(),
        Role::Skipped(skipped) => passed(method, skipped),
        Role::Traced(traced) => match &traced.entrance {
            Entrance::None | Entrance::Taken(_) => TokenStream::new(),
            Entrance::Twin => entered(method, traced),
            Entrance::Plain(name) => plain(name, method, traced),
        },
    }
}

// Input:  pub async fn list(&self, id: i64) -> Result<Task>
// Output: pub fn list_ctx(&self, ctx: Ctx, id: i64) -> impl Future<Output = Result<Task>> {
//             ctx.enter(move || self.list(id))
//         }
fn entered(method: &Method, traced: &Traced) -> TokenStream {
    let ctx = ctx();
    let call = call(method, traced, traced.arguments.list.iter().map(Argument::given_on));
    let body = quote_spanned!(Span::mixed_site()=> #ctx.enter(move || #call));
    twin(method, traced, body)
}

// Input:  #[traced(skip = "…")] pub async fn list(&self, id: i64) -> Result<Task>
// Output: pub fn list_ctx(&self, ctx: Ctx, id: i64) -> impl Future<Output = Result<Task>> {
//             InCtx::in_ctx(self.list(id), ctx)
//         }
fn passed(method: &Method, skipped: &Traced) -> TokenStream {
    let ctx = ctx();
    let call = call(method, skipped, skipped.arguments.list.iter().map(Argument::given_on));
    let body = quote_spanned!(Span::mixed_site()=> ::spanweave::InCtx::in_ctx(#call, #ctx));
    twin(method, skipped, body)
}

fn twin(method: &Method, traced: &Traced, body: TokenStream) -> TokenStream {
    let ctx = ctx();
    let context = quote_spanned!(Span::mixed_site()=> #ctx: ::spanweave::Ctx);
    Generated {
        name: twin_of(method.name()),
        doc: format!(" [`{0}`](Self::{0}), in the given trace context.", method.name().unraw()),
        inputs: std::iter::once(context)
            .chain(traced.arguments.list.iter().map(Argument::parameter))
            .collect(),
        body,
    }
    .of(method, traced)
}

// Input:  pub async fn list_ctx(&self, ctx: Ctx, id: i64) -> Result<Task>
// Output: pub fn list(&self, id: i64) -> impl Future<Output = Result<Task>> {
//             self.list_ctx(Ctx::current(), id)
//         }
fn plain(name: &Ident, method: &Method, traced: &Traced) -> TokenStream {
    let arguments = traced.arguments.list.get(1..).unwrap_or_default();
    let current = quote_spanned!(Span::mixed_site()=> ::spanweave::Ctx::current());
    let given = std::iter::once(current).chain(arguments.iter().map(Argument::given_on));
    Generated {
        name: name.clone(),
        doc: format!(" [`{0}`](Self::{0}), in the current trace context.", method.name().unraw()),
        inputs: arguments.iter().map(Argument::parameter).collect(),
        body: call(method, traced, given),
    }
    .of(method, traced)
}

/// What differs between the two.
struct Generated {
    name: Ident,
    doc: String,
    inputs: Vec<TokenStream>,
    body: TokenStream,
}

impl Generated {
    fn of(self, method: &Method, traced: &Traced) -> TokenStream {
        let (sig, vis) = (&method.function.sig, &method.function.vis);
        let attrs = attributes::for_twin(&method.function.attrs);
        // For the reasons that keep the method itself `async`; attributes that read it are not here.
        let is_async =
            matches!(traced.returned, Returned::Never) || attributes::has(&method.function.attrs, "must_use");
        let asyncness = sig.asyncness.filter(|_| is_async);
        let awaited = is_async.then(|| quote!(.await));
        let receiver = traced.arguments.receiver.as_ref().map(unmodified);
        let allowed = allowed(method, traced, usize::from(receiver.is_some()) + self.inputs.len());
        let inputs = separated(receiver.into_iter().chain(self.inputs));
        let (safety, abi, fn_token, generics) = (&sig.safety, &sig.abi, &sig.fn_token, &sig.generics);
        let (where_clause, output) = (&generics.where_clause, output(sig, is_async));
        let inline = attributes::inline(&method.function.attrs);
        let Generated { name, doc, body, .. } = self;
        quote_spanned! {Span::mixed_site()=>
            #[doc = #doc]
            #attrs
            #allowed
            #inline
            #vis #asyncness #safety #abi #fn_token #name #generics (#inputs) #output #where_clause {
                #body #awaited
            }
        }
    }
}

/// Findings that nobody could do anything about here.
fn allowed(method: &Method, traced: &Traced, inputs: usize) -> Option<TokenStream> {
    let is_deprecated = attributes::has(&method.function.attrs, "deprecated");
    let is_said_unused = traced.arguments.list.iter().any(|argument| is_said_unused(argument.entry()));
    let lints = [
        (is_deprecated, quote!(deprecated)),
        (inputs > MANY, quote!(clippy::too_many_arguments)),
        (is_said_unused, quote!(clippy::used_underscore_binding)),
    ];
    let lints: Vec<_> = lints.into_iter().filter_map(|(applies, lint)| applies.then_some(lint)).collect();
    (!lints.is_empty()).then(|| quote!(#[allow(#(#lints),*)]))
}

/// `mut self` as `self`: what changes it is in the method.
fn unmodified(receiver: &Receiver) -> TokenStream {
    let receiver = Receiver { mutability: None, ..receiver.clone() };
    quote!(#receiver)
}

/// The call of the method the user wrote.
fn call(method: &Method, traced: &Traced, given: impl Iterator<Item = TokenStream>) -> TokenStream {
    let sig = &method.function.sig;
    let (name, turbofish) = (&sig.ident, turbofish(method));
    let receiver = traced.arguments.receiver.as_ref();
    let call = match receiver {
        Some(Receiver { kind: ReceiverKind::Typed(..), self_token, .. }) => {
            // A method of the pointer that `self` is could be in the way.
            let given = separated(std::iter::once(quote!(#self_token)).chain(given));
            quote_spanned!(Span::mixed_site()=> Self::#name #turbofish (#given))
        }
        Some(Receiver { self_token, .. }) => {
            let given = separated(given);
            quote_spanned!(Span::mixed_site()=> #self_token.#name #turbofish (#given))
        }
        None => {
            let given = separated(given);
            quote_spanned!(Span::mixed_site()=> Self::#name #turbofish (#given))
        }
    };
    match sig.safety {
        Safety::Unsafe(_) => quote_spanned!(Span::mixed_site()=> unsafe { #call }),
        _ => call,
    }
}

/// Types and constants that the arguments may not tell. Lifetimes are always inferred.
fn turbofish(method: &Method) -> Option<TokenStream> {
    let params = method.function.sig.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    });
    let params: Vec<_> = params.collect();
    (!params.is_empty()).then(|| quote!(::<#(#params),*>))
}
