//! The item an attribute stands on. Bodies stay tokens: they are cheaper that way, and a method whose body does not
//! parse yet is a method all the same.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, ImplItem, ItemImpl, LitStr, Signature, Token, Visibility, token};

use crate::args::is_traced;
use crate::preset::Preset;

/// An inherent impl block.
pub struct ImplBlock {
    /// The block without its members.
    pub head: ItemImpl,
    pub members: Vec<Member>,
}

pub enum Member {
    Function(Box<Function>),
    Other {
        tokens: TokenStream,
        /// A `#[traced]` that does not belong there.
        traced: Option<Box<Attribute>>,
    },
}

/// A function with a body.
pub struct Function {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub defaultness: Option<Token![default]>,
    pub sig: Signature,
    pub body: Group,
}

impl ImplBlock {
    pub fn parse(preset: &Preset, item: TokenStream) -> syn::Result<ImplBlock> {
        let mut head: Vec<TokenTree> = ungrouped(item).into_iter().collect();
        let target = Target::of(&head);
        if !target.is_impl() {
            return Err(target.refused(preset));
        }
        let Some(TokenTree::Group(body)) = head.pop_if(|last| is_brace(last)) else {
            let tokens: TokenStream = head.into_iter().collect();
            return Err(syn::Error::new_spanned(tokens, "this impl block has no body; write `{ … }`"));
        };
        let mut no_members = Group::new(Delimiter::Brace, TokenStream::new());
        no_members.set_span(body.span());
        head.push(no_members.into());
        let mut head: ItemImpl = syn::parse2(head.into_iter().collect())?;
        if let Some((path, _)) = &head.trait_ {
            return Err(syn::Error::new_spanned(path, preset.refuses("an impl of a trait")));
        }
        let (inner, members) = members.parse2(body.stream())?;
        head.attrs.extend(inner);
        Ok(ImplBlock { head, members })
    }
}

/// A `macro_rules!` fragment arrives in a group without delimiters.
fn ungrouped(item: TokenStream) -> TokenStream {
    let mut tokens = item.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => {
            ungrouped(group.stream())
        }
        _ => item,
    }
}

fn is_brace(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// What the attribute stands on, judged by its first keywords.
struct Target<'a> {
    kind: Option<&'static str>,
    /// The keyword and, where there is one, the name after it.
    shown: &'a [TokenTree],
}

/// Keywords that can stand before the one that tells.
const MODIFIERS: &[&str] = &["pub", "unsafe", "async", "default", "extern", "auto", "safe"];

const KINDS: &[(&str, &str)] = &[
    ("impl", "impl"),
    ("struct", "a struct"),
    ("enum", "an enum"),
    ("union", "a union"),
    ("trait", "a trait"),
    ("fn", "a free function"),
    ("mod", "a module"),
    ("type", "a type alias"),
    ("const", "a constant"),
    ("static", "a static"),
    ("use", "an import"),
];

impl<'a> Target<'a> {
    fn of(tokens: &'a [TokenTree]) -> Target<'a> {
        for (at, token) in tokens.iter().enumerate() {
            let TokenTree::Ident(word) = token else { continue };
            let word = word.to_string();
            let is_const_fn =
                word == "const" && tokens[at + 1..].iter().take(3).any(|next| next.to_string() == "fn");
            if MODIFIERS.contains(&word.as_str()) || is_const_fn {
                continue;
            }
            let kind = KINDS.iter().find(|(keyword, _)| *keyword == word).map(|(_, kind)| *kind);
            let shown = if kind.is_some() { tokens.len().min(at + 2) } else { at + 1 };
            return Target { kind, shown: &tokens[at..shown] };
        }
        Target { kind: None, shown: tokens }
    }

    fn is_impl(&self) -> bool {
        self.kind == Some("impl")
    }

    fn refused(&self, preset: &Preset) -> syn::Error {
        let tokens: TokenStream = self.shown.iter().cloned().collect();
        syn::Error::new_spanned(tokens, preset.refuses(self.kind.unwrap_or("this")))
    }
}

fn members(input: ParseStream) -> syn::Result<(Vec<Attribute>, Vec<Member>)> {
    let inner = input.call(Attribute::parse_inner)?;
    let mut members = Vec::new();
    while !input.is_empty() {
        members.push(input.parse()?);
    }
    Ok((inner, members))
}

impl Parse for Member {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ahead = input.fork();
        let attrs = ahead.call(Attribute::parse_outer)?;
        if starts_function(&ahead)? {
            return Member::function(input);
        }
        let other: ImplItem = input.parse()?;
        let traced = attrs.into_iter().find(is_traced).map(Box::new);
        Ok(Member::Other { tokens: other.into_token_stream(), traced })
    }
}

impl Member {
    fn function(input: ParseStream) -> syn::Result<Member> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        let defaultness: Option<Token![default]> = input.parse()?;
        let sig: Signature = input.parse()?;
        if input.peek(Token![;]) {
            // The compiler says better than we could that a body is missing.
            let semi: Token![;] = input.parse()?;
            let attrs = attrs.iter().filter(|attr| !is_traced(attr));
            let tokens = quote!(#(#attrs)* #vis #defaultness #sig #semi);
            return Ok(Member::Other { tokens, traced: None });
        }
        if !input.peek(token::Brace) {
            return Err(input.error("expected `{`"));
        }
        let body = input.parse()?;
        Ok(Member::Function(Box::new(Function { attrs, vis, defaultness, sig, body })))
    }
}

fn starts_function(input: ParseStream) -> syn::Result<bool> {
    let ahead = input.fork();
    ahead.parse::<Visibility>()?;
    ahead.parse::<Option<Token![default]>>()?;
    loop {
        if ahead.parse::<Option<Token![const]>>()?.is_none()
            && ahead.parse::<Option<Token![async]>>()?.is_none()
            && ahead.parse::<Option<Token![unsafe]>>()?.is_none()
        {
            if ahead.parse::<Option<Token![extern]>>()?.is_none() {
                return Ok(ahead.peek(Token![fn]));
            }
            ahead.parse::<Option<LitStr>>()?;
        }
    }
}
