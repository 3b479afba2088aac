//! Names as SQL writes them, and keywords in one spelling.

use crate::tokens::{Kind, Token};

/// A word in upper case, if it is short enough to be a keyword; to `match` on.
#[derive(Default)]
pub(super) struct Keyword {
    upper: [u8; Keyword::LONGEST],
    length: usize,
}

impl Keyword {
    const LONGEST: usize = 16;

    pub(super) fn of(token: Token<'_>) -> Keyword {
        let mut keyword = Keyword::default();
        if token.kind == Kind::Word && token.text.len() <= Keyword::LONGEST {
            keyword.length = token.text.len();
            keyword.upper[..keyword.length].copy_from_slice(token.text.as_bytes());
            keyword.upper.make_ascii_uppercase();
        }
        keyword
    }

    /// Empty if it is no keyword.
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.upper[..self.length]).unwrap_or_default()
    }
}

/// A name of one or more parts: `tasks`, `app."Tasks"`.
pub(super) struct Name {
    /// With its quotes.
    pub(super) written: String,
    /// Without them.
    pub(super) plain: String,
    pub(super) qualified: bool,
}

impl Name {
    pub(super) fn new(first: Token<'_>) -> Name {
        Name { written: first.text.to_owned(), plain: unquote(first), qualified: false }
    }

    /// Adds the dot before a part; there are two where one is left out, as in `app..tasks`.
    pub(super) fn push_dot(&mut self) {
        self.qualified = true;
        self.written.push('.');
        self.plain.push('.');
    }

    pub(super) fn push(&mut self, part: Token<'_>) {
        self.written.push_str(part.text);
        self.plain.push_str(&unquote(part));
    }
}

pub(super) fn unquote(token: Token<'_>) -> String {
    // Which characters the escapes in `U&"d\0061t"` stand for is not worked out.
    let quoted = token.text.strip_prefix(['u', 'U']).and_then(|rest| rest.strip_prefix('&'));
    let mut characters = quoted.unwrap_or(token.text).chars();
    match (token.kind, characters.next(), characters.next_back()) {
        (Kind::Quoted, Some(_), Some(close)) => {
            let inner = characters.as_str();
            let (doubled, single) = ([close; 2].iter().collect::<String>(), close.to_string());
            inner.replace(&doubled, &single)
        }
        _ => token.text.to_owned(),
    }
}
