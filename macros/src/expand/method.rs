//! A method in the user's block.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Lifetime, ReturnType, Signature, Token, Type};

use super::options::{recorded, referenced};
use super::{descriptor, statements};
use crate::item::{Body, Function};
use crate::model::attributes;
use crate::model::in_place::{self, AsyncBlock};
use crate::model::returned::{GoesOn, Item, Kind, Returned, Spelled, Value};
use crate::model::role::{Asyncness, Entrance, Traced};
use crate::model::{Block, Method};
use crate::rewrite::{Rewritten, ctx};

// Input:  pub async fn list(&self, id: i64) -> Result<Task> { … }
// Output: #[inline]
//         pub fn list(&self, id: i64) -> impl Future<Output = Result<Task>> {
//             let returns = Returns::<Result<Task>>::NEW;
//             __LIST_4F6C21D0.call(Ctx::current()).run(returns.class(), async move { let id = id; … { … } })
//         }
pub fn traced(block: &Block, method: &Method, traced: &Traced, body: Rewritten) -> TokenStream {
    let Function { attrs, vis, defaultness, sig, .. } = &method.function;
    let (safety, fn_token, name, generics) = (&sig.safety, &sig.fn_token, &sig.ident, &sig.generics);
    let (where_clause, inputs) = (&generics.where_clause, traced.arguments.inputs());
    let asyncness = sig.asyncness.filter(|_| traced.asyncness == Asyncness::Stays);
    let output = output(sig, traced.asyncness);
    // What only makes a future is inlined; everything else as its author has it.
    let inline = (traced.asyncness == Asyncness::Rewritten).then(|| attributes::inline(attrs)).flatten();
    let expansion = Expansion { block, method, traced, body };
    // Braces of the user's: what is said of the whole method is said there.
    let block = braces(method.function.body.span(), expansion.content());
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)*
        #inline
        #vis #defaultness #asyncness #safety #fn_token #name #generics (#inputs) #output #where_clause #block
    }
}

fn braces(span: Span, content: TokenStream) -> Group {
    let mut braces = Group::new(Delimiter::Brace, content);
    braces.set_span(span);
    braces
}

/// `-> impl Future<Output = R>` in the place of an `async fn`'s, or as it was.
pub fn output(sig: &Signature, asyncness: Asyncness) -> TokenStream {
    if asyncness != Asyncness::Rewritten {
        return sig.output.to_token_stream();
    }
    let (returned, start, end) = match &sig.output {
        ReturnType::Default => (quote!(()), sig.paren_token.span.close(), sig.paren_token.span.close()),
        ReturnType::Type(arrow, ty) => (quote!(#ty), ty.span(), last_span(ty).unwrap_or(arrow.spans[1])),
    };
    // The signature ends where the user's ends, and its type is where the user's is: what is said of them is said there.
    let close = Token![>](end);
    // But the span of `impl` is this crate's, which is of edition 2024: the future captures what an `async fn` does,
    // whatever the edition of the user's crate.
    quote_spanned!(Span::mixed_site().located_at(start)=> -> impl ::core::future::Future<Output = #returned #close)
}

fn last_span(ty: &Type) -> Option<Span> {
    ty.to_token_stream().into_iter().last().map(|token| token.span())
}

/// What stands in a traced method's braces.
struct Expansion<'a> {
    block: &'a Block,
    method: &'a Method,
    traced: &'a Traced,
    body: Rewritten,
}

impl Expansion<'_> {
    fn content(&self) -> TokenStream {
        let descriptor = descriptor::within(self.block, self.method, self.traced);
        let returns = self.returns();
        let (labelled, begun) = self.begun();
        let (labelled, call) = self.entered(labelled, self.call(&begun));
        let ends = match (self.traced.asyncness, self.traced.returned.is_never()) {
            (Asyncness::Stays, false) => quote_spanned!(Span::mixed_site()=> #call.await),
            (Asyncness::Stays, true) => quote_spanned!(Span::mixed_site()=> match #call.await {}),
            (Asyncness::Not, true) => quote_spanned!(Span::mixed_site()=> match #call {}),
            (Asyncness::Not | Asyncness::Rewritten, _) => call,
        };
        let statements = statements::items(self.block, &self.method.descriptor, &self.body.statements);
        quote!(#descriptor #statements #returns #labelled #ends)
    }

    /// `let returns = …`, where what the body returns has a name.
    fn returns(&self) -> Option<TokenStream> {
        if self.borrows_variables() {
            return None;
        }
        let new = self.returns_of(&self.pinned_type()?);
        Some(quote_spanned!(Span::mixed_site()=> let returns = #new;))
    }

    fn returns_of(&self, ty: &TokenStream) -> TokenStream {
        let runtime = &self.block.runtime;
        quote_spanned!(Span::mixed_site()=> #runtime::Returns::<#ty>::NEW)
    }

    /// The type that the body, or the `async` block that it is, returns, where that has a name.
    fn pinned_type(&self) -> Option<TokenStream> {
        match self.in_place() {
            Some((_, goes_on)) => self.item_type(goes_on),
            None => self.traced.returned.pinned(),
        }
    }

    /// Whether the body is an `async` block that is not `move`: a variable would be borrowed by it.
    fn borrows_variables(&self) -> bool {
        self.in_place().is_some_and(|(block, _)| !block.is_move())
    }

    /// The variable of [`returns`](Self::returns), or what it would hold.
    fn known_returns(&self) -> Option<TokenStream> {
        let ty = self.pinned_type()?;
        let variable = quote_spanned!(Span::mixed_site()=> returns);
        Some(if self.borrows_variables() { self.returns_of(&ty) } else { variable })
    }

    fn item_type(&self, goes_on: &GoesOn) -> Option<TokenStream> {
        let (runtime, ty) = (&self.block.runtime, &goes_on.ty);
        match &goes_on.item {
            Item::Named(item) => Some(item.clone()),
            Item::Hidden => Some(quote_spanned!(Span::mixed_site()=> <#ty as #runtime::Boxed>::Item)),
            Item::Opaque => None,
        }
    }

    /// The future that the body is, where it is nothing else.
    fn in_place(&self) -> Option<(AsyncBlock, &GoesOn)> {
        match &self.traced.returned {
            Returned::GoesOn(goes_on) if self.traced.in_place => {
                Some((in_place::async_block(&self.body.body, goes_on.spelled)?, goes_on))
            }
            _ => None,
        }
    }

    fn call(&self, call: &TokenStream) -> TokenStream {
        // What is said of the block that holds the arguments is said of the body.
        let here = Span::mixed_site().located_at(self.method.function.body.span());
        if let Some((block, _)) = self.in_place() {
            return self.wrapped_in_place(&block, call);
        }
        let class = self.class();
        let runs = self.runs();
        match (&self.traced.returned, self.traced.asyncness) {
            (Returned::Value(_), Asyncness::Not) => quote_spanned!(here=> #call.run_sync(#class, #runs)),
            (Returned::Value(_), _) => quote_spanned!(here=> #call.run(#class, #runs)),
            (Returned::GoesOn(goes_on), Asyncness::Not) => {
                let goes_on = self.goes_on(goes_on);
                quote_spanned!(here=> #call.make(#goes_on, #runs))
            }
            (Returned::GoesOn(goes_on), _) => {
                let goes_on = self.goes_on(goes_on);
                quote_spanned!(here=> #call.open(#goes_on, #runs))
            }
        }
    }

    /// The future that the body is, as the call runs it.
    fn wrapped_in_place(&self, block: &AsyncBlock, call: &TokenStream) -> TokenStream {
        let (before, class) = (self.before_body(), self.class());
        let written = block.body.stream();
        let body = braces(block.body.span(), quote!(#before #written));
        block.around(|asyncness| {
            let run = quote_spanned!(Span::mixed_site()=> #call.run(#class, #asyncness #body));
            // What reads the method is to find an `async` block where there was one.
            if self.traced.is_read {
                let awaited = braces(block.body.span(), quote_spanned!(Span::mixed_site()=> #run.await));
                quote!(#asyncness #awaited)
            } else {
                run
            }
        })
    }

    /// The block that the arguments move into: `async move {{ … }}`, or `move || {{ … }}`.
    fn runs(&self) -> TokenStream {
        let Body::Written(written) = &self.method.function.body else { return TokenStream::new() };
        let (rebound, before) = (self.traced.arguments.rebound(), self.before_body());
        // Where the braces are: what is said of the block is said there. The user's own braces stay of the user's edition;
        // with a label, because rustc calls unlabelled braces around a single expression unnecessary.
        let label = Lifetime::new("'_body", written.span());
        let body = self.braced(written);
        // Of this crate's edition, 2024: what the tail borrows ends before the arguments do, as in an `async fn`.
        let ours = Span::mixed_site().located_at(written.span());
        let inner = braces(ours, quote_spanned!(Span::mixed_site()=> #rebound #before #label: #body));
        // Of the user's: clippy looks into closures and `async` blocks that are.
        let outer = braces(written.span(), inner.into_token_stream());
        match self.traced.asyncness {
            Asyncness::Not => quote_spanned!(written.span()=> move || #outer),
            Asyncness::Rewritten | Asyncness::Stays => quote_spanned!(written.span()=> async move #outer),
        }
    }

    /// The call, and the statement that makes it where there are labels: their values are to be gone before the body runs.
    fn begun(&self) -> (Option<TokenStream>, TokenStream) {
        let (runtime, here) = (&self.block.runtime, Span::mixed_site());
        let (args, descriptor) = (&self.method.args, &self.method.descriptor);
        if !args.has_own_metric() {
            return (None, quote_spanned!(here=> #descriptor.call(#runtime::Ctx::current())));
        }
        let labels = args.labels.as_ref().map_or(&[][..], |labels| &labels.value);
        let values = labels.iter().map(|label| referenced(&label.value));
        let counting = args.counter.as_ref().map(|counter| {
            let amount = referenced(&counter.value.value);
            quote_spanned!(here=> .counting(#amount))
        });
        let labelled = quote_spanned! {here=>
            let labelled = #descriptor.call_with([#(#values),*], #runtime::Ctx::current()) #counting;
        };
        (Some(labelled), quote_spanned!(here=> labelled))
    }

    /// The class of what the body's block returns.
    fn class(&self) -> TokenStream {
        let (runtime, here) = (&self.block.runtime, Span::mixed_site());
        let has_opaque_error = match &self.traced.returned {
            Returned::Value(Value::Named(named))
            | Returned::GoesOn(GoesOn { in_result: Some(named), .. }) => named.has_opaque_error,
            Returned::Value(_) | Returned::GoesOn(_) => false,
        };
        match self.known_returns() {
            // What error it is would not be known when it is asked for its class.
            Some(_) if has_opaque_error => quote_spanned!(here=> #runtime::ResultReturn),
            Some(returns) => quote_spanned!(here=> #returns.class()),
            None => quote_spanned!(here=> #runtime::AnyReturn),
        }
    }

    /// How the call goes on in what the function returns.
    fn goes_on(&self, goes_on: &GoesOn) -> TokenStream {
        let (runtime, here) = (&self.block.runtime, Span::mixed_site());
        let inner = match (goes_on.spelled, goes_on.kind) {
            (Spelled::Boxed, _) if goes_on.in_result.is_none() => quote_spanned!(here=> returns.boxed()),
            (Spelled::Boxed, _) => {
                let returns = self.returns_of(&goes_on.ty);
                quote_spanned!(here=> #returns.boxed())
            }
            (Spelled::Opaque, kind) => {
                let class = match &goes_on.item {
                    Item::Named(item) => {
                        let returns = self.returns_of(item);
                        quote_spanned!(here=> #returns.class())
                    }
                    Item::Opaque | Item::Hidden => quote_spanned!(here=> #runtime::AnyReturn),
                };
                match kind {
                    Kind::Future => quote_spanned!(here=> #runtime::FutureReturn(#class)),
                    Kind::Stream => quote_spanned!(here=> #runtime::StreamReturn(#class)),
                }
            }
        };
        match goes_on.in_result {
            Some(_) => {
                let class = self.class();
                quote_spanned!(here=> #runtime::Opened(#class, #inner))
            }
            None => inner,
        }
    }

    /// What has to be done before the user's code.
    fn before_body(&self) -> TokenStream {
        let pinned = self.pinned();
        let fields = self.method.args.fields.as_ref().map_or(&[][..], |fields| &fields.value);
        let runtime = &self.block.runtime;
        let context = (self.body.names_ctx || !fields.is_empty()).then(|| {
            let ctx = ctx();
            quote_spanned!(Span::mixed_site()=> let #ctx = #runtime::Ctx::current();)
        });
        let fields = recorded(fields);
        quote!(#pinned #context #fields)
    }

    /// The early return is never taken: it tells inference what the block returns, and the compiler where that is said.
    fn pinned(&self) -> Option<TokenStream> {
        let returns = self.known_returns()?;
        let sig = &self.method.function.sig;
        let said = match &sig.output {
            ReturnType::Default => sig.paren_token.span.close(),
            ReturnType::Type(_, ty) => ty.span(),
        };
        let early = Ident::new("early", said);
        Some(quote_spanned! {Span::mixed_site()=>
            if let ::core::option::Option::Some(#early) = #returns.early() {
                return #early;
            }
        })
    }

    /// The user's own braces, with both of their spans where nothing was rewritten.
    fn braced(&self, written: &Group) -> Group {
        if !self.body.is_changed {
            return written.clone();
        }
        braces(written.span(), self.body.body.clone())
    }

    /// In the context that the caller gave, if the method takes one.
    fn entered(
        &self,
        labelled: Option<TokenStream>,
        call: TokenStream,
    ) -> (Option<TokenStream>, TokenStream) {
        match (&self.traced.entrance, self.traced.arguments.list.first()) {
            (Entrance::Plain(_), Some(given)) => {
                let given = given.entry();
                let inside = if labelled.is_some() { quote!({ #labelled #call }) } else { call };
                (None, quote_spanned!(Span::mixed_site()=> #given.enter(move || #inside)))
            }
            _ => (labelled, call),
        }
    }
}
