//! The arguments of a traced method, and how they move into its body.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Attribute, FnArg, Pat, PatIdent, PatType, Receiver, ReceiverKind, Signature, Type, parse_quote};

use super::attributes;
use crate::rewrite;

pub struct Arguments {
    pub receiver: Option<Receiver>,
    pub list: Vec<Argument>,
}

pub struct Argument {
    attrs: Vec<Attribute>,
    /// What stands in the signature.
    pattern: Pat,
    /// The argument as a value outside of the traced block.
    entry: Ident,
    ty: Type,
    /// What the traced block binds it to, one `let` after the other.
    bindings: Vec<Binding>,
}

// #allowed let #pattern = #value;
struct Binding {
    allowed: TokenStream,
    pattern: TokenStream,
    value: TokenStream,
}

impl Binding {
    fn new(pattern: TokenStream, value: &Ident) -> Binding {
        Binding { allowed: TokenStream::new(), pattern, value: quote!(#value) }
    }
}

/// What becomes of patterns in the signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Patterns {
    /// They move into the block.
    Moved,
    /// They stay, for another attribute that reads their names; these move into the block.
    Kept,
    /// Nothing moves into the block.
    Untouched,
}

impl Arguments {
    pub fn of(sig: &Signature, patterns: Patterns) -> Arguments {
        let typed = typed_inputs(sig).enumerate();
        let list = typed.map(|(at, typed)| Argument::new(at, typed, patterns)).collect();
        Arguments { receiver: sig.receiver().cloned(), list }
    }

    /// Makes the first argument, a context that the caller gave, the call's own inside of the block.
    ///
    /// In the signature it takes a name that the body does not see, so that the body's does not shadow it.
    pub fn replace_context(&mut self, patterns: Patterns, runtime: &TokenStream) {
        let Some(given) = self.list.first_mut() else { return };
        if let Some(binding) = given.bindings.first_mut() {
            binding.value = quote_spanned!(Span::mixed_site()=> #runtime::Ctx::current());
            // Its use was to be entered; the body need not mention it.
            binding.allowed = quote!(#[allow(unused_variables)]);
        }
        if patterns == Patterns::Moved {
            let ctx = rewrite::ctx();
            given.pattern = parse_quote!(#ctx);
            given.entry = ctx;
        }
    }

    /// The inputs of the traced method itself.
    pub fn inputs(&self) -> TokenStream {
        let receiver = self.receiver.iter().map(ToTokens::to_token_stream);
        let list = self.list.iter().map(|Argument { attrs, pattern, ty, bindings, .. }| {
            let attrs = attributes::for_signature(attrs, !bindings.is_empty());
            quote!(#attrs #pattern: #ty)
        });
        separated(receiver.chain(list))
    }

    /// Moves every argument into the block, in order, as an `async fn` does: otherwise one that the body does not
    /// mention would be dropped before the body runs.
    pub fn rebound(&self) -> TokenStream {
        let receiver = self.receiver.iter().filter(|receiver| is_owned(receiver)).map(|receiver| {
            let this = receiver.self_token;
            quote_spanned!(Span::mixed_site()=> let _ = &#this;)
        });
        receiver.chain(self.list.iter().map(Argument::rebound)).collect()
    }
}

/// The arguments but for `self`.
pub fn typed_inputs(sig: &Signature) -> impl Iterator<Item = &PatType> {
    sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    })
}

pub fn separated(parts: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote!(#(#parts),*)
}

/// Whether dropping the receiver can do anything.
fn is_owned(receiver: &Receiver) -> bool {
    !matches!(receiver.kind, ReceiverKind::Reference(..))
}

impl Argument {
    fn new(at: usize, typed: &PatType, patterns: Patterns) -> Argument {
        let mut argument = Argument {
            attrs: typed.attrs.clone(),
            pattern: (*typed.pat).clone(),
            entry: format_ident!("__arg{at}", span = Span::mixed_site()),
            ty: (*typed.ty).clone(),
            bindings: Vec::new(),
        };
        let name = simple_name(&argument.pattern);
        let is_name = name.is_some();
        argument.entry = name.unwrap_or(argument.entry);
        match patterns {
            Patterns::Untouched => {}
            Patterns::Moved if !is_name => argument.take_whole(),
            Patterns::Moved | Patterns::Kept => {
                rebind_names(&mut argument.pattern, &mut argument.bindings);
            }
        }
        argument
    }

    // Input:  fn f(Path(id): Path<i64>) { … }
    // Output: fn f(__arg0: Path<i64>) { let __arg0 = __arg0; let Path(id) = __arg0; … }
    fn take_whole(&mut self) {
        let entry = &self.entry;
        let pattern = std::mem::replace(&mut self.pattern, parse_quote!(#entry));
        let mut whole = Binding::new(quote!(#entry), entry);
        if binds_mutably(&pattern) {
            whole.pattern = quote!(mut #entry);
            whole.allowed = quote!(#[allow(unused_mut)]);
        }
        self.bindings.push(whole);
        self.bindings.push(Binding::new(quote!(#pattern), entry));
    }

    fn rebound(&self) -> TokenStream {
        let lets = self.bindings.iter().map(|Binding { allowed, pattern, value }| {
            let attrs = self.attrs.iter().filter(|attr| attributes::is_inert(attr));
            quote_spanned!(Span::mixed_site()=> #(#attrs)* #allowed let #pattern = #value;)
        });
        lets.collect()
    }

    /// The argument's name where it is given on: a generated one for a pattern.
    pub fn entry(&self) -> &Ident {
        &self.entry
    }

    /// The argument in the signature of a generated method, where its type may be written otherwise.
    pub fn parameter(&self, written: impl FnOnce(&Type) -> TokenStream) -> TokenStream {
        let cfgs = attributes::cfgs(&self.attrs);
        let (entry, ty) = (&self.entry, written(&self.ty));
        quote!(#(#cfgs)* #entry: #ty)
    }

    /// The argument in a call that gives it on.
    pub fn given_on(&self) -> TokenStream {
        let cfgs = attributes::cfgs(&self.attrs);
        let entry = &self.entry;
        quote!(#(#cfgs)* #entry)
    }
}

/// Whether there is a `ref mut` in it.
fn binds_mutably(pattern: &Pat) -> bool {
    let tokens: Vec<_> = pattern.to_token_stream().into_iter().flat_map(flattened).collect();
    tokens.windows(2).any(|pair| pair[0] == "ref" && pair[1] == "mut")
}

fn flattened(token: TokenTree) -> Vec<String> {
    match token {
        TokenTree::Group(group) => group.stream().into_iter().flat_map(flattened).collect(),
        token => vec![token.to_string()],
    }
}

/// The name of an argument that is nothing but a name.
pub fn simple_name(pattern: &Pat) -> Option<Ident> {
    match pattern {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => Some(ident.clone()),
        _ => None,
    }
}

/// Whether clippy minds that `_name` is used, if only to be given on.
pub fn is_said_unused(name: &Ident) -> bool {
    let name = name.to_string();
    name.starts_with('_') && !name.starts_with("__")
}

// Input:  fn f(Path(mut id): Path<i64>) { … }
// Output: fn f(Path(id): Path<i64>) { let mut id = id; … }
fn rebind_names(pattern: &mut Pat, bindings: &mut Vec<Binding>) {
    match pattern {
        Pat::Ident(name) => {
            rebind_name(name, bindings);
            if let Some((_, inner)) = &mut name.subpat {
                rebind_names(inner, bindings);
            }
        }
        Pat::Paren(inner) => rebind_names(&mut inner.pat, bindings),
        Pat::Reference(inner) => rebind_names(&mut inner.pat, bindings),
        Pat::Slice(slice) => slice.elems.iter_mut().for_each(|elem| rebind_names(elem, bindings)),
        Pat::Struct(record) => {
            record.fields.iter_mut().for_each(|field| rebind_names(&mut field.pat, bindings));
        }
        Pat::Tuple(tuple) => tuple.elems.iter_mut().for_each(|elem| rebind_names(elem, bindings)),
        Pat::TupleStruct(tuple) => tuple.elems.iter_mut().for_each(|elem| rebind_names(elem, bindings)),
        _ => {}
    }
}

fn rebind_name(name: &mut PatIdent, bindings: &mut Vec<Binding>) {
    let ident = &name.ident;
    // The `mut` of `ref mut` belongs to the reference.
    let mutability = if name.by_ref.is_some() { None } else { name.mutability.take() };
    let mut binding = Binding::new(quote!(#mutability #ident), ident);
    binding.allowed = if is_said_unused(ident) {
        quote! {
            #[allow(
                clippy::no_effect_underscore_binding,
                clippy::shadow_same,
                clippy::used_underscore_binding,
            )]
        }
    } else {
        quote!(#[allow(clippy::shadow_same)])
    };
    bindings.push(binding);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(patterns: Patterns) -> Arguments {
        let sig = parse_quote! {
            fn f(mut self, mut a: A, _: B, (b, mut c): (C, D), #[allow(unused)] User { id, .. }: User)
        };
        Arguments::of(&sig, patterns)
    }

    #[test]
    fn every_argument_is_moved_in_order() {
        let arguments = arguments(Patterns::Moved);
        assert_eq!(
            arguments.inputs().to_string(),
            quote!(mut self, a: A, __arg1: B, __arg2: (C, D), #[allow(unused)] __arg3: User).to_string(),
        );
        let expected = quote! {
            let _ = &self;
            #[allow(clippy::shadow_same)] let mut a = a;
            let __arg1 = __arg1;
            let _ = __arg1;
            let __arg2 = __arg2;
            let (b, mut c) = __arg2;
            #[allow(unused)] let __arg3 = __arg3;
            #[allow(unused)] let User { id, .. } = __arg3;
        };
        assert_eq!(arguments.rebound().to_string(), expected.to_string());
    }

    #[test]
    fn patterns_that_others_read_stay() {
        let arguments = arguments(Patterns::Kept);
        assert_eq!(
            arguments.inputs().to_string(),
            quote!(mut self, a: A, _: B, (b, c): (C, D), #[allow(unused)] User { id, .. }: User).to_string(),
        );
        let expected = quote! {
            let _ = &self;
            #[allow(clippy::shadow_same)] let mut a = a;
            #[allow(clippy::shadow_same)] let b = b;
            #[allow(clippy::shadow_same)] let mut c = c;
            #[allow(unused)] #[allow(clippy::shadow_same)] let id = id;
        };
        assert_eq!(arguments.rebound().to_string(), expected.to_string());
    }
}
