//! The signature of a second entrance.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, Lifetime, Receiver, ReceiverKind, ReturnType, Token, Type, parse_quote};

use super::method::output;
use crate::model::arguments::{Argument, Arguments};
use crate::model::attributes::AsyncTrait;
use crate::model::lifetimes::Named;
use crate::model::returned::ungrouped;
use crate::model::{Asyncness, Block};

/// How the method's result is returned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    AsWritten,
    AsyncFn,
    /// `fn … -> impl Future`
    Future,
    /// As `#[async_trait]` would write an `async fn`. Were it one, async-trait would ask for `Self: Sync`.
    Boxed,
}

pub struct Signature {
    pub asyncness: Option<Token![async]>,
    pub generics: Generics,
    pub inputs: Vec<TokenStream>,
    pub output: TokenStream,
}

/// A signature without its arguments.
pub struct Start<'a> {
    sig: &'a syn::Signature,
    receiver: Option<&'a Receiver>,
    form: Form,
    async_trait: Option<AsyncTrait>,
}

impl Signature {
    pub fn of<'a>(block: &Block, sig: &'a syn::Signature, arguments: &'a Arguments, form: Form) -> Start<'a> {
        let receiver = arguments.receiver.as_ref();
        Start { sig, receiver, form, async_trait: block.async_trait }
    }
}

impl Start<'_> {
    pub fn with(self, context: Option<TokenStream>, arguments: &[Argument], in_trait: bool) -> Signature {
        let mut generics = self.sig.generics.clone();
        if in_trait && matches!(self.receiver, Some(Receiver { kind: ReceiverKind::Value, .. })) {
            generics.make_where_clause().predicates.push(parse_quote!(Self: ::core::marker::Sized));
        }
        match (self.form, self.async_trait) {
            (Form::Boxed, Some(async_trait)) => self.boxed(generics, context, arguments, async_trait),
            _ => self.unboxed(generics, context, arguments),
        }
    }

    fn unboxed(self, generics: Generics, context: Option<TokenStream>, arguments: &[Argument]) -> Signature {
        let asyncness = match self.form {
            Form::AsyncFn | Form::AsWritten | Form::Boxed => Asyncness::Not,
            Form::Future => Asyncness::Rewritten,
        };
        let receiver = self.receiver.map(|receiver| unmodified(receiver).to_token_stream());
        let arguments = arguments.iter().map(|argument| argument.parameter(ToTokens::to_token_stream));
        Signature {
            asyncness: self.sig.asyncness.filter(|_| self.form == Form::AsyncFn),
            generics,
            inputs: receiver.into_iter().chain(context).chain(arguments).collect(),
            output: output(self.sig, asyncness),
        }
    }

    // Input:  async fn get(&self, key: &str) -> Option<&str>
    // Output: fn get<'__life0, '__life1, '__async>(&'__life0 self, key: &'__life1 str)
    //             -> Pin<Box<dyn Future<Output = Option<&str>> + Send + '__async>>
    //         where '__life0: '__async, '__life1: '__async, Self: '__async
    fn boxed(
        self,
        mut generics: Generics,
        context: Option<TokenStream>,
        arguments: &[Argument],
        async_trait: AsyncTrait,
    ) -> Signature {
        let mut elided = Named::default();
        let all: Lifetime = parse_quote!('__async);
        let receiver = self.receiver.map(|receiver| named_receiver(receiver, &mut elided));
        let arguments: Vec<_> = arguments
            .iter()
            .map(|argument| {
                argument.parameter(|ty| {
                    let named = elided.of(ty.to_token_stream());
                    let is_opaque = matches!(ungrouped(ty), Type::ImplTrait(_));
                    if is_opaque { quote!(#named + #all) } else { named }
                })
            })
            .collect();

        let outlive: Vec<_> = generics
            .params
            .iter()
            .filter_map(|param| match param {
                GenericParam::Lifetime(param) => Some(param.lifetime.to_token_stream()),
                GenericParam::Type(param) => Some(param.ident.to_token_stream()),
                GenericParam::Const(_) => None,
            })
            .chain(elided.lifetimes.iter().map(ToTokens::to_token_stream))
            .collect();
        let predicates = &mut generics.make_where_clause().predicates;
        predicates.extend(outlive.iter().map(|param| -> syn::WherePredicate { parse_quote!(#param: #all) }));
        predicates.push(parse_quote!(Self: #all));
        for lifetime in std::iter::once(&all).chain(elided.lifetimes.iter().rev()) {
            generics.params.insert(0, parse_quote!(#lifetime));
        }
        generics.lt_token.get_or_insert_with(Default::default);
        generics.gt_token.get_or_insert_with(Default::default);

        let returned = match &self.sig.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, ty) => ty.to_token_stream(),
        };
        let send = async_trait.send.then(|| quote!(+ ::core::marker::Send));
        let output = quote! {
            -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = #returned> #send + #all>>
        };
        let inputs = receiver.into_iter().chain(context).chain(arguments).collect();
        Signature { asyncness: None, generics, inputs, output }
    }
}

/// `mut self` as `self`: what changes it is in the method.
fn unmodified(receiver: &Receiver) -> Receiver {
    Receiver { mutability: None, ..receiver.clone() }
}

fn named_receiver(receiver: &Receiver, elided: &mut Named) -> TokenStream {
    let receiver = unmodified(receiver);
    let this = receiver.self_token;
    match &receiver.kind {
        ReceiverKind::Reference(and, None, mutability) => {
            let lifetime = elided.next();
            quote!(#and #lifetime #mutability #this)
        }
        ReceiverKind::Typed(colon, ty) => {
            let ty = elided.of(ty.to_token_stream());
            quote!(#this #colon #ty)
        }
        _ => receiver.to_token_stream(),
    }
}
