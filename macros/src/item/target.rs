//! What an attribute stands on, judged by its first keywords.

use proc_macro2::{TokenStream, TokenTree};
use syn::Error;

use crate::preset::Preset;

/// What attributes serve.
pub enum Kind {
    Impl,
    Trait,
    Function,
}

pub struct Target<'a> {
    keyword: Option<String>,
    /// The keyword and, where there is one, the name after it.
    shown: &'a [TokenTree],
}

/// Keywords that can stand before the one that tells.
const MODIFIERS: &[&str] = &["pub", "unsafe", "async", "default", "extern", "auto", "safe"];

const NAMES: &[(&str, &str)] = &[
    ("impl", "an impl block"),
    ("trait", "a trait"),
    ("fn", "a function"),
    ("struct", "a struct"),
    ("enum", "an enum"),
    ("union", "a union"),
    ("mod", "a module"),
    ("type", "a type alias"),
    ("const", "a constant"),
    ("static", "a static"),
    ("use", "an import"),
];

impl<'a> Target<'a> {
    pub fn of(tokens: &'a [TokenTree]) -> Target<'a> {
        for (at, token) in tokens.iter().enumerate() {
            let TokenTree::Ident(word) = token else { continue };
            let word = word.to_string();
            let is_const_fn =
                word == "const" && tokens[at + 1..].iter().take(5).any(|next| next.to_string() == "fn");
            if MODIFIERS.contains(&word.as_str()) || is_const_fn {
                continue;
            }
            let shown = if name(&word).is_some() { tokens.len().min(at + 2) } else { at + 1 };
            return Target { keyword: Some(word), shown: &tokens[at..shown] };
        }
        Target { keyword: None, shown: tokens }
    }

    /// Its kind, if the attribute serves that.
    pub fn served(&self, preset: &Preset) -> syn::Result<Kind> {
        match self.keyword.as_deref() {
            Some("impl") if preset.blocks => Ok(Kind::Impl),
            Some("trait") if preset.blocks => Ok(Kind::Trait),
            Some("fn") => Ok(Kind::Function),
            keyword => {
                let tokens: TokenStream = self.shown.iter().cloned().collect();
                let what = keyword.and_then(name).unwrap_or("this");
                let message = if self.is_mock() { preset.under_automock() } else { preset.refuses(what) };
                Err(Error::new_spanned(tokens, message))
            }
        }
    }
}

impl Target<'_> {
    /// `struct MockTasks`, `mod __mock_MockTasks`: mockall's.
    fn is_mock(&self) -> bool {
        self.shown.last().is_some_and(|name| {
            let name = name.to_string();
            let mocked = name.strip_prefix("Mock").and_then(|rest| rest.chars().next());
            mocked.is_some_and(char::is_uppercase) || name.starts_with("__mock_")
        })
    }
}

fn name(keyword: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == keyword).map(|(_, name)| *name)
}
