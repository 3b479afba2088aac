//! The signature of a second entrance.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    GenericParam, Generics, Lifetime, Receiver, ReceiverKind, ReturnType, Token, Type, WherePredicate,
    parse_quote,
};

use super::method::output;
use crate::item::{Body, Function};
use crate::model::Block;
use crate::model::arguments::{Argument, Arguments};
use crate::model::attributes::AsyncTrait;
use crate::model::lifetimes::Named;
use crate::model::role::Asyncness;

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
    has_default: bool,
}

impl Signature {
    pub fn of<'a>(block: &Block, function: &'a Function, arguments: &'a Arguments, form: Form) -> Start<'a> {
        Start {
            sig: &function.sig,
            receiver: arguments.receiver.as_ref(),
            form,
            async_trait: block.async_trait,
            has_default: matches!(function.body, Body::Written(_)),
        }
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
    // Output: fn get<'async_trait, '__life0: 'async_trait, '__life1: 'async_trait>(
    //             &'__life0 self, key: &'__life1 str,
    //         ) -> Pin<Box<dyn Future<Output = Option<&str>> + Send + 'async_trait>>
    //         where Self: 'async_trait
    fn boxed(
        self,
        mut generics: Generics,
        context: Option<TokenStream>,
        arguments: &[Argument],
        async_trait: AsyncTrait,
    ) -> Signature {
        // By the name that async-trait gives it, which where clauses may mention.
        let all: Lifetime = parse_quote!('async_trait);
        let mut elided = Named::new(all.clone());
        let receiver = self.receiver.map(|receiver| named_receiver(receiver, &mut elided));
        let arguments = arguments.iter().map(|argument| argument.parameter(|ty| elided.of(quote!(#ty))));
        let inputs = receiver.into_iter().chain(context).chain(arguments).collect();

        for param in &mut generics.params {
            match param {
                GenericParam::Lifetime(param) => param.bounds.push(all.clone()),
                GenericParam::Type(param) => param.bounds.push(parse_quote!(#all)),
                GenericParam::Const(_) => {}
            }
        }
        for lifetime in elided.lifetimes.iter().rev() {
            generics.params.insert(0, parse_quote!(#lifetime: #all));
        }
        generics.params.insert(0, parse_quote!(#all));
        generics.lt_token.get_or_insert_with(Default::default);
        generics.gt_token.get_or_insert_with(Default::default);
        let where_clause = generics.make_where_clause();
        where_clause.predicates.push(parse_quote!(Self: #all));
        if self.has_default && async_trait.send {
            where_clause.predicates.extend(self.receiver.into_iter().flat_map(bounds_of_a_default));
        }

        let returned = match &self.sig.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, ty) => ty.to_token_stream(),
        };
        let send = async_trait.send.then(|| quote!(+ ::core::marker::Send));
        let output = quote! {
            -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = #returned> #send + #all>>
        };
        Signature { asyncness: None, generics, inputs, output }
    }
}

/// What async-trait asks of `Self` where a method has a body, whose future holds the receiver.
fn bounds_of_a_default(receiver: &Receiver) -> Vec<WherePredicate> {
    let is_shared = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
        ReceiverKind::Typed(_, ty) => matches!(&**ty, Type::Reference(ty) if ty.mutability.is_none()),
        _ => false,
    };
    let is_counted = match &receiver.kind {
        ReceiverKind::Typed(_, ty) => {
            matches!(&**ty, Type::Path(ty) if ty.path.segments.last().is_some_and(|last| last.ident == "Arc"))
        }
        _ => false,
    };
    let send = (!is_shared).then(|| parse_quote!(Self: ::core::marker::Send));
    let sync = (is_shared || is_counted).then(|| parse_quote!(Self: ::core::marker::Sync));
    send.into_iter().chain(sync).collect()
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
