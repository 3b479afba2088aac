//! Whose methods a block has, by name.

use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{GenericParam, Generics, ItemImpl, Type, TypeParamBound};

use super::returned::ungrouped;
use crate::item::Head;

/// What stands before a method's name in spans and metrics.
pub enum Owner {
    Type(String),
    /// A function's module.
    Module,
}

impl Owner {
    pub fn of(head: &Head) -> Owner {
        match head {
            Head::Impl(head) => Owner::Type(type_name(head)),
            Head::Trait(head) => Owner::Type(head.ident.unraw().to_string()),
            Head::Function => Owner::Module,
        }
    }
}

/// `TaskService` of `crate::TaskService<'a, T>`. Where the type is any type, the trait's name; the tokens of what has
/// no path.
fn type_name(head: &ItemImpl) -> String {
    let mut self_ty = ungrouped(&head.self_ty);
    while let Type::Reference(reference) = self_ty {
        self_ty = ungrouped(&reference.elem);
    }
    let path = match self_ty {
        Type::Path(ty) if !is_parameter(&ty.path, &head.generics) => Some(&ty.path),
        Type::TraitObject(object) => object_trait(object),
        _ => head.trait_.as_ref().map(|(path, _)| path),
    };
    let last = path.and_then(|path| path.segments.last());
    last.map_or_else(|| self_ty.to_token_stream().to_string(), |last| last.ident.unraw().to_string())
}

fn is_parameter(path: &syn::Path, generics: &Generics) -> bool {
    generics
        .params
        .iter()
        .any(|param| matches!(param, GenericParam::Type(param) if path.is_ident(&param.ident)))
}

/// The trait of `dyn Trait`.
fn object_trait(object: &syn::TypeTraitObject) -> Option<&syn::Path> {
    object.bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => Some(&bound.path),
        _ => None,
    })
}
