//! What stands right ahead of the reader.

use super::Reader;
use crate::summary::name::Name;
use crate::tokens::{Kind, Token};

impl<'s> Reader<'s> {
    pub(super) fn next_is_word(&mut self, word: &str) -> bool {
        self.tokens.peek().is_some_and(|token| token.is_word(word))
    }

    pub(super) fn next_is_any(&mut self, words: &[&str]) -> bool {
        self.tokens.peek().is_some_and(|token| words.iter().any(|word| token.is_word(word)))
    }

    pub(super) fn next_is_punct(&mut self, punct: &str) -> bool {
        self.tokens.peek().is_some_and(|token| token.is_punct(punct))
    }

    pub(super) fn next_is_name(&mut self) -> bool {
        self.tokens.peek().is_some_and(|token| token.is_name())
    }

    pub(super) fn skip_word(&mut self, word: &str) -> bool {
        self.tokens.next_if(|token| token.is_word(word)).is_some()
    }

    pub(super) fn skip_words(&mut self, words: &[&str]) {
        while self.next_is_any(words) {
            self.tokens.next();
        }
    }

    /// Skips what stands in parentheses.
    pub(super) fn skip_group(&mut self) {
        if !self.next_is_punct("(") {
            return;
        }
        let mut depth = 0_usize;
        for token in self.tokens.by_ref() {
            match token.text {
                "(" if token.kind == Kind::Punct => depth += 1,
                ")" if token.kind == Kind::Punct => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    pub(super) fn name(&mut self) -> Option<Name> {
        let first = self.tokens.next_if(|token| token.is_name())?;
        Some(self.name_from(first))
    }

    pub(super) fn name_from(&mut self, first: Token<'s>) -> Name {
        let mut name = Name::new(first);
        while self.tokens.next_if(|token| token.is_punct(".")).is_some() {
            name.push_dot();
            if let Some(part) = self.tokens.next_if(|token| token.is_name()) {
                name.push(part);
            }
        }
        name
    }
}
