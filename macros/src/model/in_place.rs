//! Functions that return a future and do nothing else: what they return is wrapped where it is made.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::returned::Spelled;
use crate::rewrite::{is_word, puncts_at};

/// The `async` block that a body is, or that it boxes.
pub struct AsyncBlock {
    /// `async`, or `async move`.
    asyncness: TokenStream,
    pub body: Group,
    /// `Box::pin` and the parentheses around the block.
    boxed: Option<(TokenStream, Group)>,
}

/// `async move { … }`, or `Box::pin(async move { … })` where a box is returned.
pub fn async_block(body: &TokenStream, spelled: Spelled) -> Option<AsyncBlock> {
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    match spelled {
        Spelled::Opaque => bare(&tokens),
        Spelled::Boxed => {
            let (TokenTree::Group(argument), path) = tokens.split_last()? else { return None };
            if argument.delimiter() != Delimiter::Parenthesis || !is_box_pin(path) {
                return None;
            }
            let tokens: Vec<TokenTree> = argument.stream().into_iter().collect();
            let boxed = Some((path.iter().cloned().collect(), argument.clone()));
            Some(AsyncBlock { boxed, ..bare(&tokens)? })
        }
    }
}

fn bare(tokens: &[TokenTree]) -> Option<AsyncBlock> {
    let (TokenTree::Group(body), words) = tokens.split_last()? else { return None };
    let is_async = match words {
        [first] => is_word(first, "async"),
        [first, second] => is_word(first, "async") && is_word(second, "move"),
        _ => false,
    };
    (is_async && body.delimiter() == Delimiter::Brace).then(|| AsyncBlock {
        asyncness: words.iter().cloned().collect(),
        body: body.clone(),
        boxed: None,
    })
}

/// `Box::pin`, of any path that ends so and has nothing else in it.
fn is_box_pin(path: &[TokenTree]) -> bool {
    let [.., boxed, _, _, pin] = path else { return false };
    let is_path = path.iter().all(|token| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        TokenTree::Group(_) | TokenTree::Literal(_) => false,
    });
    let is_path = is_path && !path.iter().any(|token| is_word(token, "return"));
    is_path && is_word(boxed, "Box") && puncts_at(path, path.len() - 3, "::") && is_word(pin, "pin")
}

impl AsyncBlock {
    /// Whether what it mentions is moved into it, and not borrowed.
    pub fn is_move(&self) -> bool {
        self.asyncness.clone().into_iter().any(|word| is_word(&word, "move"))
    }

    /// What `call` makes of the block, in the box that it was in.
    pub fn around(&self, call: impl FnOnce(&TokenStream) -> TokenStream) -> TokenStream {
        let call = call(&self.asyncness);
        match &self.boxed {
            None => call,
            Some((path, parentheses)) => {
                let mut argument = Group::new(Delimiter::Parenthesis, call);
                argument.set_span(parentheses.span());
                quote!(#path #argument)
            }
        }
    }
}
