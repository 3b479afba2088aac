//! Whatever tokens an attribute is given: it does not panic, and what it makes of an item is items.
//!
//! An input is the text of one item below its attribute, as the files of `tests/expand/` are, so that these are the
//! seeds. The attribute is what separates the arguments from the item, and names the preset. `$(…)` is a group without
//! delimiters, as a fragment of `macro_rules!` arrives in.
#![no_main]

use std::ops::Range;

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{File, Item};

use crate::macros::{
    args, check, derive, error_class, errors, expand, fallback, item, label_value, model, pipeline, preset,
    rewrite,
};
use crate::preset::Preset;

/// The modules of `macros/src/lib.rs`, compiled as they stand: nobody can link a crate of attributes.
#[path = "../../macros/src"]
mod macros {
    pub mod args;
    pub mod check;
    pub mod derive;
    pub mod error_class;
    pub mod errors;
    pub mod expand;
    pub mod fallback;
    pub mod item;
    pub mod label_value;
    pub mod model;
    pub mod pipeline;
    pub mod preset;
    pub mod rewrite;
}

const PRESETS: [&Preset; 5] =
    [&preset::SERVICE, &preset::REPO, &preset::CLIENT, &preset::JOB, &preset::FUNCTION];

/// Tokens that are put in the place of others.
const WORDS: &str = include_str!("../attribute.dict");

// What is no item is run, and not kept: all that grows from it would be none either.
fuzz_target!(|text: &[u8]| -> Corpus {
    let is_item = lexed(text).and_then(Input::of).is_some_and(Input::run);
    if is_item { Corpus::Keep } else { Corpus::Reject }
});

// Every other time whole tokens change: most of what libFuzzer does to letters is no Rust any more.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random(seed.into());
    if random.below(2) == 0
        && let Some(tokens) = lexed(&data[..size])
    {
        let piece = if random.below(2) == 0 { random.word() } else { random.piece(&tokens) };
        let text = random.with_piece(tokens, piece).to_string();
        if text.len() <= max_size {
            data[..text.len()].copy_from_slice(text.as_bytes());
            return text.len();
        }
    }
    fuzzer_mutate(data, size, max_size)
});

fn lexed(text: &[u8]) -> Option<TokenStream> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// `#[derive(…)] item`, or `#[preset(args)] item`.
struct Input {
    /// `None` for `ErrorClass`.
    preset: Option<&'static Preset>,
    args: TokenStream,
    item: TokenStream,
}

impl Input {
    fn of(tokens: TokenStream) -> Option<Input> {
        let mut item = with_groups(tokens).into_iter();
        let (Some(TokenTree::Punct(_)), Some(TokenTree::Group(attribute))) = (item.next(), item.next())
        else {
            return None;
        };
        let mut attribute = attribute.stream().into_iter();
        let name = attribute.next()?.to_string();
        let args = match attribute.next() {
            Some(TokenTree::Group(args)) => args.stream(),
            _ => TokenStream::new(),
        };
        let preset = PRESETS.into_iter().find(|preset| preset.attribute == format!("#[{name}]"));
        (preset.is_some() || name == "derive").then(|| Input { preset, args, item: item.collect() })
    }

    /// Whether it is an item.
    fn run(self) -> bool {
        let Input { preset, args, item } = self;
        let outputs = match preset {
            Some(preset) => [true, false]
                .map(|on| pipeline::Features { enable: on, sqlx: on })
                .map(|features| pipeline::expand(preset, args.clone(), item.clone(), features))
                .to_vec(),
            None => vec![error_class::derive(item.clone()), label_value::derive(item.clone())],
        };
        if !is_item(&item) {
            return false;
        }
        for output in outputs.into_iter().filter(|output| !has_error(output)) {
            if let Err(error) = syn::parse2::<File>(output.clone()) {
                panic!("{error} in the output: {output}");
            }
        }
        true
    }
}

/// What syn does not read as it printed it, it does not read in an output either.
fn is_item(tokens: &TokenStream) -> bool {
    let printed = syn::parse2::<Item>(tokens.clone()).map(Item::into_token_stream);
    printed.and_then(syn::parse2::<Item>).is_ok() && !has_last_plus(tokens)
}

/// Whether bounds end with a `+`, which rustc reads before any token, and syn before some.
fn has_last_plus(tokens: &TokenStream) -> bool {
    let mut tokens = tokens.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match token {
            TokenTree::Punct(plus) if plus.as_char() == '+' => match tokens.peek() {
                Some(TokenTree::Punct(next)) => matches!(next.as_char(), '>' | ',' | ';' | '='),
                Some(TokenTree::Group(next)) => next.delimiter() == Delimiter::Brace,
                Some(TokenTree::Ident(next)) => next == "where",
                Some(TokenTree::Literal(_)) => false,
                None => true,
            },
            TokenTree::Group(group) => has_last_plus(&group.stream()),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

fn has_error(output: &TokenStream) -> bool {
    output.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "compile_error"))
}

/// With the groups without delimiters that `$(…)` stands for.
fn with_groups(tokens: TokenStream) -> TokenStream {
    let mut read = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            read.push(token);
            continue;
        };
        let is_marked = group.delimiter() == Delimiter::Parenthesis
            && matches!(read.last(), Some(TokenTree::Punct(dollar)) if dollar.as_char() == '$');
        let delimiter = if is_marked { Delimiter::None } else { group.delimiter() };
        if is_marked {
            read.pop();
        }
        read.push(Group::new(delimiter, with_groups(group.stream())).into());
    }
    read.into_iter().collect()
}

/// A linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn word(&mut self) -> Vec<TokenTree> {
        let words: Vec<_> =
            WORDS.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"')).collect();
        let word: TokenStream =
            words[self.below(words.len())].replace('\\', "").parse().expect("whole tokens");
        word.into_iter().collect()
    }

    /// Some of the tokens, possibly none.
    fn piece(&mut self, tokens: &TokenStream) -> Vec<TokenTree> {
        let tokens: Vec<_> = tokens.clone().into_iter().collect();
        match self.group(&tokens) {
            Some((_, group)) => self.piece(&group.stream()),
            None => tokens[self.range(&tokens)].to_vec(),
        }
    }

    /// The tokens, with a piece in the place of some of them.
    fn with_piece(&mut self, tokens: TokenStream, piece: Vec<TokenTree>) -> TokenStream {
        let mut tokens: Vec<_> = tokens.into_iter().collect();
        if let Some((at, group)) = self.group(&tokens) {
            tokens[at] = Group::new(group.delimiter(), self.with_piece(group.stream(), piece)).into();
        } else {
            let range = self.range(&tokens);
            tokens.splice(range, piece);
        }
        tokens.into_iter().collect()
    }

    /// The group to look into, if it is not to be these tokens.
    fn group(&mut self, tokens: &[TokenTree]) -> Option<(usize, Group)> {
        let groups = tokens.iter().enumerate().filter_map(|(at, token)| match token {
            TokenTree::Group(group) => Some((at, group)),
            _ => None,
        });
        let groups: Vec<_> = groups.collect();
        if groups.is_empty() || self.below(4) == 0 {
            return None;
        }
        let (at, group) = groups[self.below(groups.len())];
        Some((at, group.clone()))
    }

    fn range(&mut self, tokens: &[TokenTree]) -> Range<usize> {
        let start = self.below(tokens.len() + 1);
        start..tokens.len().min(start + self.below(5))
    }
}
