//! The item an attribute stands on. Bodies stay tokens: they are cheaper that way, and a method whose body does not
//! parse yet is a method all the same.

mod target;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{
    Attribute, Error, ImplItem, ItemImpl, ItemTrait, LitStr, Signature, Token, TraitItem, Visibility, token,
};

use self::target::{Kind, Target};
use crate::args::is_traced;
use crate::fallback;
use crate::preset::Preset;

/// An impl block, a trait, or a function, which is a block of one member without a head.
pub struct Item {
    pub head: Head,
    pub members: Vec<Member>,
}

/// A block without its members.
pub enum Head {
    Impl(Box<ItemImpl>),
    Trait(Box<ItemTrait>),
    Function,
}

pub enum Member {
    Function(Box<Function>),
    Other {
        tokens: TokenStream,
        /// A `#[traced]` that does not belong there.
        traced: Option<Box<Attribute>>,
    },
}

/// A method, or a free function.
#[derive(Clone)]
pub struct Function {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub defaultness: Option<Token![default]>,
    pub sig: Signature,
    pub body: Body,
}

#[derive(Clone)]
pub enum Body {
    Written(Group),
    /// A trait leaves it to its implementors.
    Required(Token![;]),
}

impl Item {
    pub fn parse(preset: &Preset, item: TokenStream) -> syn::Result<Item> {
        let tokens: Vec<TokenTree> = ungrouped(item).into_iter().collect();
        match Target::of(&tokens).served(preset)? {
            Kind::Impl => {
                let (head, body) = split(tokens, "this impl block has no body; write `{ … }`")?;
                let mut head: ItemImpl = syn::parse2(head)?;
                let (inner, members) = members(in_impl).parse2(body)?;
                head.attrs.extend(inner);
                Ok(Item { head: Head::Impl(Box::new(head)), members })
            }
            Kind::Trait => {
                let (head, body) = split(tokens, "this trait has no body; write `{ … }`")?;
                let mut head: ItemTrait = syn::parse2(head)?;
                let (inner, members) = members(in_trait).parse2(body)?;
                head.attrs.extend(inner);
                Ok(Item { head: Head::Trait(Box::new(head)), members })
            }
            Kind::Function => {
                let function = Function::parse.parse2(tokens.into_iter().collect())?;
                Ok(Item { head: Head::Function, members: vec![function.in_impl()] })
            }
        }
    }
}

/// A block with nothing in its braces, and what was in them.
fn split(mut tokens: Vec<TokenTree>, without_body: &str) -> syn::Result<(TokenStream, TokenStream)> {
    let Some(TokenTree::Group(body)) = tokens.pop_if(|last| is_brace(last)) else {
        let tokens: TokenStream = tokens.into_iter().collect();
        return Err(Error::new_spanned(tokens, without_body));
    };
    let mut no_members = Group::new(Delimiter::Brace, TokenStream::new());
    no_members.set_span(body.span());
    tokens.push(no_members.into());
    Ok((tokens.into_iter().collect(), body.stream()))
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

/// The members of a block, which `member` reads one by one.
fn members(
    member: fn(ParseStream) -> syn::Result<Member>,
) -> impl FnOnce(ParseStream) -> syn::Result<(Vec<Attribute>, Vec<Member>)> {
    move |input| {
        let inner = input.call(Attribute::parse_inner)?;
        let mut members = Vec::new();
        while !input.is_empty() {
            members.push(member(input)?);
        }
        Ok((inner, members))
    }
}

fn in_impl(input: ParseStream) -> syn::Result<Member> {
    if starts_function(input)? { Ok(Function::parse(input)?.in_impl()) } else { other::<ImplItem>(input) }
}

fn in_trait(input: ParseStream) -> syn::Result<Member> {
    if starts_function(input)? {
        Ok(Member::Function(Box::new(Function::parse(input)?)))
    } else {
        other::<TraitItem>(input)
    }
}

fn other<T: Parse + ToTokens>(input: ParseStream) -> syn::Result<Member> {
    let attrs = input.fork().call(Attribute::parse_outer)?;
    let other: T = input.parse()?;
    let traced = attrs.into_iter().find(|attr| is_traced(attr.path())).map(Box::new);
    Ok(Member::Other { tokens: fallback::without_own_attributes(other.into_token_stream()), traced })
}

impl Function {
    fn parse(input: ParseStream) -> syn::Result<Function> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        let defaultness: Option<Token![default]> = input.parse()?;
        let sig: Signature = input.parse()?;
        let body = if input.peek(Token![;]) {
            Body::Required(input.parse()?)
        } else if input.peek(token::Brace) {
            Body::Written(braces(input.parse()?)?)
        } else {
            return Err(input.error("expected `{`"));
        };
        Ok(Function { attrs, vis, defaultness, sig, body })
    }

    /// Outside of traits, the compiler says better than we could that a body is missing.
    fn in_impl(mut self) -> Member {
        if matches!(self.body, Body::Written(_)) {
            return Member::Function(Box::new(self));
        }
        self.attrs.retain(|attr| !is_traced(attr.path()));
        Member::Other { tokens: self.into_token_stream(), traced: None }
    }
}

/// A `$body:block` fragment arrives in a group without delimiters.
fn braces(body: TokenTree) -> syn::Result<Group> {
    let TokenTree::Group(group) = body else { return Err(Error::new(body.span(), "expected `{`")) };
    match (group.delimiter(), group.stream().into_iter().next()) {
        (Delimiter::None, Some(inner)) => braces(inner),
        _ => Ok(group),
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Function { attrs, vis, defaultness, sig, body } = self;
        tokens.extend(quote!(#(#attrs)* #vis #defaultness #sig #body));
    }
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Body::Written(body) => body.to_tokens(tokens),
            Body::Required(semi) => semi.to_tokens(tokens),
        }
    }
}

fn starts_function(input: ParseStream) -> syn::Result<bool> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
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
