//! What a method returns.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, Path, PathArguments, PathSegment, ReturnType, Signature, Type, TypeParamBound};

use super::bounds::{ENDS_OF_ALL, up_to};
use super::lifetimes::mentions;

/// The return type, as far as inference, outcome classes and the end of the call are concerned.
pub enum Returned {
    /// A value, with which the call ends.
    Value(Value),
    /// A future or a stream, in which the call goes on.
    GoesOn(GoesOn),
}

pub enum Value {
    Named(Named),
    /// `impl Trait`, which has no name.
    Opaque,
    Never,
}

/// A type that has a name, but for the `impl Trait`s that may be nested in it.
#[derive(Clone)]
pub struct Named {
    /// With these as `_`.
    pub ty: TokenStream,
    /// Whether it is a `Result` whose error is one of them.
    pub has_opaque_error: bool,
}

pub struct GoesOn {
    pub kind: Kind,
    pub spelled: Spelled,
    /// The type of the future or the stream itself, its nested `impl Trait`s as `_`.
    pub ty: TokenStream,
    pub item: Item,
    /// The whole `Result` that it is in.
    pub in_result: Option<Named>,
}

/// The type of a future's output, or of a stream's items.
pub enum Item {
    Named(TokenStream),
    /// It has no name.
    Opaque,
    /// An alias hides it.
    Hidden,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Future,
    Stream,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Spelled {
    /// `impl Future`
    Opaque,
    /// `Pin<Box<dyn Future>>`, `BoxFuture`: as far as names tell.
    Boxed,
}

impl Returned {
    pub fn of(sig: &Signature) -> Returned {
        let ReturnType::Type(_, ty) = &sig.output else {
            return Returned::Value(Value::Named(Named { ty: quote!(()), has_opaque_error: false }));
        };
        let goes_on = GoesOn::of(ty).filter(|goes_on| match goes_on.kind {
            Kind::Stream => true,
            Kind::Future => sig.asyncness.is_none() && goes_on.in_result.is_none(),
        });
        goes_on.map_or_else(|| Returned::Value(Value::of(ty)), Returned::GoesOn)
    }

    pub fn goes_on(&self) -> bool {
        matches!(self, Returned::GoesOn(_))
    }

    pub fn is_never(&self) -> bool {
        matches!(self, Returned::Value(Value::Never))
    }

    /// The type that the body's block has, where that has a name.
    pub fn pinned(&self) -> Option<TokenStream> {
        match self {
            Returned::Value(Value::Named(named))
            | Returned::GoesOn(GoesOn { in_result: Some(named), .. }) => Some(named.ty.clone()),
            Returned::GoesOn(GoesOn { spelled: Spelled::Boxed, ty, .. }) => Some(ty.clone()),
            // Nothing is returned, and of the types of which there is no value this one has a name on stable.
            Returned::Value(Value::Never) => Some(quote!(::core::convert::Infallible)),
            Returned::Value(Value::Opaque) | Returned::GoesOn(_) => None,
        }
    }
}

impl Named {
    fn of(ty: &Type) -> Named {
        let error = match ungrouped(ty) {
            Type::Path(path) => {
                path.path.segments.last().filter(|last| last.ident == "Result").and_then(last_type)
            }
            _ => None,
        };
        let has_opaque_error = error.is_some_and(|error| mentions(error.to_token_stream(), "impl"));
        Named { ty: infer_opaque(ty.to_token_stream()), has_opaque_error }
    }
}

impl Value {
    fn of(ty: &Type) -> Value {
        match ungrouped(ty) {
            Type::Never(_) => Value::Never,
            Type::ImplTrait(_) => Value::Opaque,
            ty => Value::Named(Named::of(ty)),
        }
    }
}

impl GoesOn {
    fn of(ty: &Type) -> Option<GoesOn> {
        match ungrouped(ty) {
            Type::ImplTrait(opaque) => {
                let (kind, item) = continuing(opaque.bounds.iter())?;
                Some(GoesOn::new(kind, Spelled::Opaque, ty, Item::of(item)))
            }
            Type::Path(path) => {
                let last = path.path.segments.last()?;
                let named = |kind| Some(GoesOn::new(kind, Spelled::Boxed, ty, Item::Hidden));
                match last.ident.to_string().as_str() {
                    "BoxFuture" | "LocalBoxFuture" => named(Kind::Future),
                    "BoxStream" | "LocalBoxStream" => named(Kind::Stream),
                    "Pin" => {
                        let (kind, item) = pinned_box(last)?;
                        Some(GoesOn::new(kind, Spelled::Boxed, ty, Item::of(item)))
                    }
                    "Result" => {
                        let inner = GoesOn::of(types(last).next()?)?;
                        (inner.in_result.is_none())
                            .then(|| GoesOn { in_result: Some(Named::of(ty)), ..inner })
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn new(kind: Kind, spelled: Spelled, ty: &Type, item: Item) -> GoesOn {
        GoesOn { kind, spelled, ty: infer_opaque(ty.to_token_stream()), item, in_result: None }
    }
}

impl Item {
    fn of(item: &Type) -> Item {
        let item = item.to_token_stream();
        if mentions(item.clone(), "impl") { Item::Opaque } else { Item::Named(item) }
    }
}

/// `Pin<Box<dyn Future<Output = T> + …>>`
fn pinned_box(pin: &PathSegment) -> Option<(Kind, &Type)> {
    let Type::Path(boxed) = ungrouped(types(pin).next()?) else { return None };
    let last = boxed.path.segments.last().filter(|last| last.ident == "Box")?;
    let Type::TraitObject(object) = ungrouped(types(last).next()?) else { return None };
    continuing(object.bounds.iter())
}

/// What bounds say that are a future or a stream, and nothing that a wrapper around it would not be.
fn continuing<'t>(bounds: impl Iterator<Item = &'t TypeParamBound>) -> Option<(Kind, &'t Type)> {
    const OF_ANY_WRAPPER: &[&str] = &["Send", "Sync", "Unpin"];
    let mut found = None;
    for bound in bounds {
        let TypeParamBound::Trait(bound) = bound else { continue };
        let last = bound.path.segments.last()?;
        if OF_ANY_WRAPPER.iter().any(|name| last.ident == name) {
            continue;
        }
        let (kind, item) = if last.ident == "Future" {
            (Kind::Future, "Output")
        } else if last.ident == "Stream" {
            (Kind::Stream, "Item")
        } else {
            return None;
        };
        found = Some((kind, associated(&bound.path, item)?));
    }
    found
}

/// The type of `name = …` in the angle brackets of a path's last segment.
fn associated<'t>(path: &'t Path, name: &str) -> Option<&'t Type> {
    arguments(path.segments.last()?).find_map(|argument| match argument {
        GenericArgument::AssocType(associated) if associated.ident == name => Some(&associated.ty),
        _ => None,
    })
}

fn arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(angles) => Some(angles.args.iter()),
        _ => None,
    };
    arguments.into_iter().flatten()
}

fn types(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    arguments(segment).filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn last_type(segment: &PathSegment) -> Option<&Type> {
    types(segment).last()
}
/// A type out of the groups without delimiters that `macro_rules!` puts around fragments.
pub fn ungrouped(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

// Input:  Result<impl Iterator<Item = Row> + Send, Error>
// Output: Result<_, Error>
fn infer_opaque(tokens: TokenStream) -> TokenStream {
    let mut named = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "impl" => {
                up_to(ENDS_OF_ALL, &mut tokens);
                named.extend(quote!(_));
            }
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
                let mut inferred = Group::new(group.delimiter(), infer_opaque(group.stream()));
                inferred.set_span(group.span());
                named.extend([TokenTree::Group(inferred)]);
            }
            token => named.extend([token]),
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inferred(tokens: TokenStream) -> String {
        infer_opaque(tokens).to_string()
    }

    #[test]
    fn nested_impl_traits_are_left_to_inference() {
        assert_eq!(
            inferred(quote!(Result<impl Fn(A, B) -> Vec<C> + Send, Error>)),
            quote!(Result<_, Error>).to_string(),
        );
        assert_eq!(inferred(quote!((impl A<B>, impl C))), quote!((_, _)).to_string());
        assert_eq!(inferred(quote!(Vec<Vec<impl A>>)), quote!(Vec<Vec<_>>).to_string());
        assert_eq!(inferred(quote!([impl A<-1>; 2])), quote!([_; 2]).to_string());
    }

    #[test]
    fn other_types_stay() {
        let plain = quote!(Result<Box<dyn Fn(u8) -> u8>, [u8; { N + 1 }]>);
        assert_eq!(inferred(plain.clone()), plain.to_string());
    }
}
