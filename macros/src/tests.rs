//! Properties of the whole pipeline.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;

use crate::pipeline::{Features, expand};
use crate::preset::{FUNCTION, Preset, REPO, SERVICE};

fn attribute(preset: &'static Preset, args: TokenStream, item: TokenStream) -> TokenStream {
    expand(preset, args, item, Features { enable: true, sqlx: true })
}

#[test]
fn the_item_is_emitted_beside_an_error() {
    let item = quote!(impl A { #[traced(nam = "x")] pub async fn a(&self) { b } #[traced] const fn c() {} });
    let tokens = attribute(&SERVICE, quote!(calls(d)), item).to_string();
    let plain = quote!(impl A { pub async fn a(&self) { b } const fn c() {} }).to_string();
    assert!(tokens.starts_with(&plain), "{tokens}");
    assert!(tokens.contains("a_ctx"), "{tokens}");
    assert_eq!(tokens.matches("compile_error").count(), 3, "{tokens}");
}

#[test]
fn a_body_that_does_not_parse_still_yields_the_method() {
    let tokens =
        attribute(&REPO, quote!(), quote!(impl A { pub async fn a(&self) { let x = self. } })).to_string();
    assert!(tokens.contains("fn a (& self)") && tokens.contains("fn a_ctx"), "{tokens}");
    assert!(tokens.contains("let x = self .") && !tokens.contains("compile_error"), "{tokens}");
}

#[test]
fn without_sqlx_all_sql_is_left_alone() {
    let item =
        quote!(impl A { pub async fn a(&self) { query("…").execute(&self.pool.begin().await?).await } });
    let features = Features { enable: true, sqlx: false };
    let tokens = expand(&REPO, quote!(), item, features).to_string();
    assert!(tokens.contains("__A_") && tokens.contains(" . call ("), "{tokens}");
    assert!(
        tokens.contains(r#"{ query ("…") . execute (& self . pool . begin () . await ?) . await }"#),
        "{tokens}"
    );
}

#[test]
fn no_token_stream_panics() {
    let mut random = Random(0x5eed);
    for _ in 0..20_000 {
        let (args, free) = (random.stream(2), random.stream(3));
        let members = random.stream(3);
        attribute(&REPO, args.clone(), free);
        attribute(&SERVICE, args.clone(), quote!(impl A { #members }));
        attribute(&REPO, args.clone(), quote!(#[async_trait] trait A<T> { #members }));
        attribute(&FUNCTION, args, quote!(pub async fn a() { #members }));
    }
}

#[test]
fn no_method_panics() {
    let mut random = Random(0xf00d);
    for _ in 0..20_000 {
        let (args, options, body) = (random.stream(1), random.stream(2), random.stream(4));
        let inputs = random.stream(2);
        let method = quote!(impl A { #[traced(#options)] pub async fn a(#inputs) { #body } });
        attribute(&REPO, quote!(calls(tasks), #args), method);
    }
}

/// Words that the pipeline looks for, so that streams get deep into it.
const WORDS: &[&str] = &[
    "impl",
    "async",
    "fn",
    "pub",
    "const",
    "unsafe",
    "for",
    "where",
    "self",
    "Self",
    "mut",
    "let",
    "await",
    "crate",
    "struct",
    "traced",
    "calls",
    "name",
    "skip",
    "fields",
    "sql",
    "off",
    "tasks",
    "list_ctx",
    "ctx",
    "Ctx",
    "join",
    "select",
    "sqlx",
    "query",
    "fetch_all",
    "execute",
    "pool",
    "tx",
    "begin",
    "commit",
    "acquire",
    "move",
    "build",
    "QueryBuilder",
    "macro_rules",
    "cfg_attr",
    "r#type",
    "_",
    "x",
];

const PUNCTS: &str = "::::..,,;;==<>-?!&#'|";

/// A linear congruential generator: the same streams in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn stream(&mut self, depth: usize) -> TokenStream {
        let length = self.below(12);
        (0..length).map(|_| self.token(depth)).collect()
    }

    fn token(&mut self, depth: usize) -> TokenTree {
        match self.below(10) {
            0..=3 => self.word(),
            4..=6 => self.punct(),
            7 => Literal::string(if self.below(2) == 0 { "" } else { "text" }).into(),
            _ if depth > 0 => self.group(depth - 1),
            _ => Literal::usize_unsuffixed(self.below(3)).into(),
        }
    }

    fn word(&mut self) -> TokenTree {
        match WORDS[self.below(WORDS.len())] {
            "r#type" => Ident::new_raw("type", Span::call_site()).into(),
            word => Ident::new(word, Span::call_site()).into(),
        }
    }

    fn punct(&mut self) -> TokenTree {
        let punct = PUNCTS.chars().nth(self.below(PUNCTS.len())).expect("in range");
        let spacing = if punct == '\'' || self.below(2) == 0 { Spacing::Joint } else { Spacing::Alone };
        Punct::new(punct, spacing).into()
    }

    fn group(&mut self, depth: usize) -> TokenTree {
        let delimiters = [Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket, Delimiter::None];
        Group::new(delimiters[self.below(4)], self.stream(depth)).into()
    }
}
