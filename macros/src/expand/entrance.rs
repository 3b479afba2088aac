//! The second entrance of a traced method. It carries no logic: it calls the method.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{GenericParam, ItemTrait, Receiver, ReceiverKind, Safety};

use super::signature::{Form, Signature};
use crate::item::Head;
use crate::model::arguments::{Argument, is_said_unused, separated};
use crate::model::lifetimes::mentions;
use crate::model::returned::{GoesOn, Returned, Spelled};
use crate::model::role::{Asyncness, Entrance, Role, Traced};
use crate::model::{Block, Method, attributes};
use crate::rewrite::{ctx, twin_of};

/// The most arguments, `self` included, that clippy accepts without being configured.
const MANY: usize = 7;

/// What second entrances pass on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    Context,
    /// They only call the method.
    Nothing,
}

/// Those of a block's methods.
pub fn all(block: &Block, passing: Passing) -> TokenStream {
    let is_impl_of_trait = matches!(&block.head, Head::Impl(head) if head.trait_.is_some());
    let entrances = block.methods().filter_map(|method| {
        let (Role::Traced(traced) | Role::Kept(traced)) = &method.role else { return None };
        let is_kept = matches!(method.role, Role::Kept(_));
        let callee = Callee { block, method, traced, is_kept, passing };
        match &traced.entrance {
            Entrance::None | Entrance::Taken(_) => None,
            // Its trait has it.
            Entrance::Plain(_) if is_impl_of_trait => None,
            Entrance::Plain(name) => Some(callee.plain(name)),
            Entrance::Twin => Some(callee.twin()),
        }
    });
    entrances.collect()
}

/// The method that the user wrote, as the generated one calls it.
struct Callee<'a> {
    block: &'a Block,
    method: &'a Method,
    traced: &'a Traced,
    is_kept: bool,
    passing: Passing,
}

/// The generated one.
struct Generated<'a> {
    name: Ident,
    doc: String,
    context: Option<TokenStream>,
    arguments: &'a [Argument],
    body: TokenStream,
}

impl Callee<'_> {
    // Input:  pub async fn list(&self, id: i64) -> Result<Task>
    // Output: pub fn list_ctx(&self, ctx: Ctx, id: i64) -> impl Future<Output = Result<Task>> {
    //             ctx.enter(move || self.list(id))
    //         }
    fn twin(&self) -> TokenStream {
        let (runtime, name) = (&self.block.runtime, self.method.name());
        let call = self.call(self.traced.arguments.list.iter().map(Argument::given_on));
        let ctx = ctx();
        let (context, body) = match self.passing {
            Passing::Context => (quote!(#ctx), self.passed(&call)),
            Passing::Nothing => (quote!(_), call),
        };
        self.written(Generated {
            name: twin_of(name),
            doc: self.doc("given"),
            context: Some(quote_spanned!(Span::mixed_site()=> #context: #runtime::Ctx)),
            arguments: &self.traced.arguments.list,
            body,
        })
    }

    // Input:  pub async fn list_ctx(&self, ctx: Ctx, id: i64) -> Result<Task>
    // Output: pub fn list(&self, id: i64) -> impl Future<Output = Result<Task>> {
    //             self.list_ctx(Ctx::current(), id)
    //         }
    fn plain(&self, name: &Ident) -> TokenStream {
        let runtime = &self.block.runtime;
        let arguments = self.traced.arguments.list.get(1..).unwrap_or_default();
        let context = match self.passing {
            Passing::Context => quote_spanned!(Span::mixed_site()=> #runtime::Ctx::current()),
            Passing::Nothing => quote_spanned!(Span::mixed_site()=> #runtime::Ctx::none()),
        };
        let given = std::iter::once(context).chain(arguments.iter().map(Argument::given_on));
        self.written(Generated {
            name: name.clone(),
            doc: self.doc("current"),
            context: None,
            arguments,
            body: self.call(given),
        })
    }

    fn doc(&self, which: &str) -> String {
        let name = self.method.name().unraw();
        if self.is_function() {
            format!(" [`{name}`], in the {which} trace context.")
        } else {
            format!(" [`{name}`](Self::{name}), in the {which} trace context.")
        }
    }

    /// Whether it is outside of any block, as far as can be seen.
    fn is_function(&self) -> bool {
        let sig = &self.method.function.sig;
        let is_alone = matches!(self.block.head, Head::Function);
        // A function that speaks of `Self` is in an impl block, whatever else can be seen of it.
        is_alone && sig.receiver().is_none() && !mentions(sig.to_token_stream(), "Self")
    }

    /// The call in the context that the twin was given.
    fn passed(&self, call: &TokenStream) -> TokenStream {
        let (runtime, here, ctx) = (&self.block.runtime, Span::mixed_site(), ctx());
        let entered = quote_spanned!(here=> #ctx.enter(move || #call));
        let run = quote_spanned!(here=> #ctx.run(move || #call));
        // A method that is traced takes the current context as soon as it is called, unless others have it `async`. What
        // may be any other code is to find the context whenever it runs.
        let is_ours = !self.is_kept && !self.block.is_trait() && !self.traced.is_read;
        match (&self.traced.returned, self.traced.asyncness) {
            (_, Asyncness::Rewritten) if is_ours => entered,
            (_, Asyncness::Rewritten | Asyncness::Stays) if self.form() == Form::Boxed => {
                quote_spanned!(here=> ::std::boxed::Box::pin(#run))
            }
            (_, Asyncness::Rewritten | Asyncness::Stays) => run,
            (Returned::GoesOn(GoesOn { in_result: None, spelled, ty, .. }), _) if !is_ours => match spelled {
                Spelled::Opaque => run,
                Spelled::Boxed => {
                    quote_spanned!(here=> #runtime::Returns::<#ty>::NEW.in_ctx(#ctx, move || #call))
                }
            },
            (Returned::Value(_) | Returned::GoesOn(_), Asyncness::Not) => entered,
        }
    }

    fn form(&self) -> Form {
        let attrs = &self.method.function.attrs;
        match (self.traced.asyncness, self.block.async_trait) {
            (Asyncness::Not, _) => Form::AsWritten,
            (_, Some(_)) => Form::Boxed,
            // For the reasons that keep the method itself `async`; attributes that read it are not here.
            _ if self.traced.only_async || attributes::has(attrs, "must_use") => Form::AsyncFn,
            _ => Form::Future,
        }
    }

    fn written(&self, generated: Generated) -> TokenStream {
        let function = &self.method.function;
        let Generated { name, doc, context, arguments, body } = generated;
        let name = written_here(name);
        let form = self.form();
        let signature = Signature::of(self.block, function, &self.traced.arguments, form).with(
            context,
            arguments,
            self.block.is_trait(),
        );
        let allowed = self.allowed(signature.inputs.len(), form);
        let attrs = attributes::for_twin(&function.attrs);
        let inline = attributes::inline(&function.attrs);
        let awaited = (form == Form::AsyncFn).then(|| quote!(.await));
        // Keywords of the user's would make it the user's to lints.
        let (vis, safety) = (written_here(&function.vis), written_here(&function.sig.safety));
        let Signature { asyncness, generics, inputs, output } = signature;
        let (inputs, where_clause) = (separated(inputs.into_iter()), &generics.where_clause);
        quote_spanned! {Span::mixed_site()=>
            #[doc = #doc]
            #attrs
            #allowed
            #inline
            #vis #asyncness #safety fn #name #generics (#inputs) #output #where_clause {
                #body #awaited
            }
        }
    }

    /// Findings that nobody could do anything about here.
    fn allowed(&self, inputs: usize, form: Form) -> Option<TokenStream> {
        let is_deprecated = attributes::has(&self.method.function.attrs, "deprecated");
        let is_said_unused =
            self.traced.arguments.list.iter().any(|argument| is_said_unused(argument.entry()));
        let lints = [
            (is_deprecated, quote!(deprecated)),
            (form == Form::Boxed, quote!(clippy::multiple_bound_locations, mismatched_lifetime_syntaxes)),
            (inputs > MANY, quote!(clippy::too_many_arguments)),
            (is_said_unused, quote!(clippy::used_underscore_binding)),
        ];
        let lints: Vec<_> = lints.into_iter().filter_map(|(applies, lint)| applies.then_some(lint)).collect();
        (!lints.is_empty()).then(|| quote!(#[allow(#(#lints),*)]))
    }

    /// The call of the method the user wrote.
    fn call(&self, given: impl Iterator<Item = TokenStream>) -> TokenStream {
        let sig = &self.method.function.sig;
        let (name, turbofish, here) = (&sig.ident, self.turbofish(), Span::mixed_site());
        let receiver = self.traced.arguments.receiver.as_ref();
        let call = match (&self.block.head, receiver) {
            (Head::Impl(_) | Head::Function, Some(Receiver { kind, self_token, .. }))
                if !matches!(kind, ReceiverKind::Typed(..)) =>
            {
                let given = separated(given);
                quote_spanned!(here=> #self_token.#name #turbofish (#given))
            }
            (head, receiver) => {
                let base = self.base(head);
                // Methods of what the receiver points to, or of other traits, could be in the way.
                let this = receiver.map(|receiver| receiver.self_token.to_token_stream());
                let given = separated(this.into_iter().chain(given));
                quote_spanned!(here=> #base #name #turbofish (#given))
            }
        };
        match sig.safety {
            Safety::Unsafe(_) => quote_spanned!(here=> unsafe { #call }),
            _ => call,
        }
    }

    /// `Self::`, `<Self as Repo<T>>::`, or nothing for a function.
    fn base(&self, head: &Head) -> TokenStream {
        match head {
            Head::Trait(head) if !self.may_be_copied(head) => {
                let (name, (_, generics, _)) = (&head.ident, head.generics.split_for_impl());
                quote!(<Self as #name #generics>::)
            }
            Head::Function if self.is_function() => TokenStream::new(),
            Head::Impl(_) | Head::Trait(_) | Head::Function => quote!(Self::),
        }
    }

    /// Whether another attribute may copy the methods into a trait of another name. One with supertraits keeps its name:
    /// they may have methods of the same.
    fn may_be_copied(&self, head: &ItemTrait) -> bool {
        self.traced.is_read && self.block.async_trait.is_none() && head.supertraits.is_empty()
    }

    /// Types and constants that the arguments may not tell. Lifetimes are always inferred.
    fn turbofish(&self) -> Option<TokenStream> {
        let params = self.method.function.sig.generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        });
        let params: Vec<_> = params.collect();
        (!params.is_empty()).then(|| quote!(::<#(#params),*>))
    }
}

/// The tokens as this crate's own, in the place where they are: lints are not to speak of what the user has not written.
fn written_here(tokens: impl ToTokens) -> TokenStream {
    let tokens = tokens.into_token_stream().into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), written_here(group.stream())).into();
        }
        token.set_span(Span::mixed_site().located_at(token.span()));
        token
    });
    tokens.collect()
}
