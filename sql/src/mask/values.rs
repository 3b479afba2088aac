//! Which tokens are values.

use super::double_quotes::DoubleQuotes;
use super::settings::Settings;
use crate::dialect::Dialect;
use crate::tokens::{Kind, Token, Tokens};

/// The tokens of a text, each with whether it is a value.
#[derive(Clone)]
pub(super) struct Values<'s> {
    tokens: Tokens<'s>,
    settings: Settings<'s>,
    /// Where words in double quotes may be strings, and there are any.
    double_quotes: Option<DoubleQuotes<'s>>,
}

impl<'s> Values<'s> {
    pub(super) fn new(sql: &'s str, dialect: Dialect) -> Values<'s> {
        let tokens = Tokens::new(sql, dialect);
        let may_be_strings = matches!(dialect, Dialect::Sqlite | Dialect::Other) && sql.contains('"');
        let double_quotes = may_be_strings.then(|| DoubleQuotes::new(&tokens));
        Values { tokens, settings: Settings::default(), double_quotes }
    }
}

impl<'s> Iterator for Values<'s> {
    type Item = (Token<'s>, bool);

    fn next(&mut self) -> Option<(Token<'s>, bool)> {
        let token = self.tokens.next()?;
        if !token.is_significant() {
            return Some((token, false));
        }
        let is_setting = self.settings.is_value(token, &self.tokens);
        let is_string =
            self.double_quotes.as_mut().is_some_and(|quotes| quotes.is_string(token, &self.tokens));
        Some((token, token.kind == Kind::Literal || is_setting || is_string))
    }
}

/// The next token but spaces and comments. Looked at from a name only, so none of these is read more than twice.
pub(super) fn significant<'s>(tokens: &Tokens<'s>) -> Option<Token<'s>> {
    tokens.clone().find(|token| token.is_significant())
}
