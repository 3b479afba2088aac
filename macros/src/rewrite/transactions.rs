//! The variables of a body that hold a transaction.

use proc_macro2::{Ident, Span, TokenTree};
use quote::format_ident;
use syn::ext::IdentExt as _;

use super::apart::Apart;
use super::leaving::leaves_with;
use super::variable::{borrowed, mentions};

/// A variable that holds one.
#[derive(Clone)]
pub struct Held {
    pub name: String,
    /// The variable with the transaction's span.
    pub span: Ident,
    /// The variable with its context.
    pub context: Ident,
}

impl Held {
    /// `let tx = pool.begin().await?;`
    pub fn new(name: &Ident) -> Held {
        let (text, here) = (name.unraw(), Span::mixed_site());
        let span = format_ident!("__{}_span", text, span = here);
        let context = format_ident!("__{}_ctx", text, span = here);
        Held { name: name.to_string(), span, context }
    }
}

/// What is known of a variable.
#[derive(Clone)]
pub struct Variable {
    name: String,
    context: Ident,
    /// Where the transaction can be ended: not through a variable that borrows it.
    span: Option<Ident>,
}

impl From<&Held> for Variable {
    fn from(held: &Held) -> Variable {
        Variable { name: held.name.clone(), context: held.context.clone(), span: Some(held.span.clone()) }
    }
}

/// The variables in sight, the newest last.
#[derive(Clone, Default)]
pub struct Transactions {
    variables: Vec<Variable>,
}

impl Transactions {
    /// What a variable of this name is, bound to `value`.
    pub fn borrowed(&self, name: &Ident, value: &[TokenTree]) -> Option<Variable> {
        let borrowed = borrowed(value)?.to_string();
        let Variable { context, .. } =
            self.variables.iter().rev().find(|variable| variable.name == borrowed)?;
        Some(Variable { name: name.to_string(), context: context.clone(), span: None })
    }

    /// The context of the transaction that the tokens mention.
    pub fn context(&self, tokens: &[TokenTree]) -> Option<&Ident> {
        let mentioned = self.variables.iter().rev().find(|variable| mentions(tokens, &variable.name));
        mentioned.map(|variable| &variable.context)
    }

    /// The span of the transaction in a variable.
    pub fn span(&self, name: &str) -> Option<&Ident> {
        self.variables.iter().rev().find(|variable| variable.name == name)?.span.as_ref()
    }

    /// Names that are bound mean something else from here on.
    pub fn settle(&mut self, pattern: &[TokenTree], bound: Option<Variable>) {
        self.variables.retain(|variable| !mentions(pattern, &variable.name));
        self.variables.extend(bound);
    }

    /// What is in sight of a closure or an `async` block. Spans stay outside, as such code may own what it mentions, or run
    /// again. Where it takes a transaction along and borrows all else, the context would be borrowed.
    pub fn enter(&mut self, tokens: &[TokenTree], apart: &Apart) {
        let parameters = &tokens[apart.parameters.clone()];
        self.variables.retain(|Variable { name, .. }| {
            !mentions(parameters, name) && (apart.is_move || !leaves_with(tokens, apart, name))
        });
        self.variables.iter_mut().for_each(|variable| variable.span = None);
    }
}
