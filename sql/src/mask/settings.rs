//! Values without quotes: what a statement sets.

use super::significant;
use crate::tokens::{Kind, Token, Tokens};

/// What is set without telling anything.
const CONSTANTS: &[&str] = &["DEFAULT", "FALSE", "LOCAL", "NO", "NONE", "NULL", "OFF", "ON", "TRUE", "YES"];

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Statement {
    #[default]
    None,
    Set,
    /// Its value may stand in parentheses, too.
    Pragma,
    /// Sets something if `SET` is among its words.
    Alter,
    Other,
}

/// What was read of a statement.
#[derive(Clone, Copy, Default)]
struct Before<'s> {
    statement: Statement,
    depth: usize,
    /// The token before the current one, and the one before that.
    previous: Option<Token<'s>>,
    earlier: Option<Token<'s>>,
}

/// The tokens, with names that are values as literals.
#[derive(Clone)]
pub(super) struct Settings<'s> {
    tokens: Tokens<'s>,
    before: Before<'s>,
}

impl<'s> Settings<'s> {
    pub(super) fn new(tokens: Tokens<'s>) -> Settings<'s> {
        Settings { tokens, before: Before::default() }
    }
}

impl<'s> Iterator for Settings<'s> {
    type Item = Token<'s>;

    fn next(&mut self) -> Option<Token<'s>> {
        let mut token = self.tokens.next()?;
        if token.is_significant() {
            if token.is_name() && !is_constant(token) && self.before.value(&self.tokens) {
                token.kind = Kind::Literal;
            }
            self.before.read(token);
        }
        Some(token)
    }
}

impl<'s> Before<'s> {
    /// Whether a name is a value here.
    fn value(&self, rest: &Tokens<'s>) -> bool {
        let behind_word = |word| self.previous.is_some_and(|token| token.is_word(word));
        let behind = |punct| self.previous.is_some_and(|token| token.is_punct(punct));
        let sets = self.depth == 0 && matches!(self.statement, Statement::Set | Statement::Pragma);
        let is_argument = self.depth == 1 && self.statement == Statement::Pragma && behind("(");
        let identifies = behind_word("BY") && self.earlier.is_some_and(|token| token.is_word("IDENTIFIED"));
        if is_argument || identifies || (sets && (behind("=") || behind_word("TO"))) {
            return significant(rest).is_none_or(|next| !next.is_punct("(") && !next.is_punct("."));
        }
        // `SET a = 1, b = 2` names another one.
        let ends = |next: Token<'_>| next.is_punct(",") || next.is_punct(";");
        sets && behind(",") && significant(rest).is_none_or(ends)
    }

    fn read(&mut self, token: Token<'s>) {
        match token.text {
            ";" => *self = Before::default(),
            "(" => self.depth += 1,
            ")" => self.depth = self.depth.saturating_sub(1),
            _ => self.statement = self.statement.with(token),
        }
        self.earlier = self.previous.replace(token);
    }
}

impl Statement {
    fn with(self, token: Token<'_>) -> Statement {
        match self {
            Statement::None | Statement::Alter if token.is_word("SET") => Statement::Set,
            Statement::None if token.is_word("PRAGMA") => Statement::Pragma,
            Statement::None if token.is_word("ALTER") => Statement::Alter,
            Statement::None => Statement::Other,
            known => known,
        }
    }
}

fn is_constant(token: Token<'_>) -> bool {
    CONSTANTS.iter().any(|constant| token.is_word(constant))
}
