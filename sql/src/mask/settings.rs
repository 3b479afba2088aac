//! Values without quotes: what a statement sets.

use super::values::significant;
use crate::tokens::{Token, Tokens};

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

/// Reads along, and knows which names are values.
#[derive(Clone, Default)]
pub(super) struct Settings<'s> {
    statement: Statement,
    depth: usize,
    /// The token before the current one, and the one before that.
    previous: Option<Token<'s>>,
    earlier: Option<Token<'s>>,
}

impl<'s> Settings<'s> {
    pub(super) fn is_value(&mut self, token: Token<'s>, rest: &Tokens<'s>) -> bool {
        let is_value = token.is_name() && self.is_expected(rest) && !is_constant(token);
        self.read(token);
        is_value
    }

    fn is_expected(&self, rest: &Tokens<'s>) -> bool {
        let Some(previous) = self.previous else { return false };
        let sets = matches!(self.statement, Statement::Set | Statement::Pragma);
        let is_argument = self.statement == Statement::Pragma && self.depth == 1 && previous.is_punct("(");
        let behind_by =
            previous.is_word("BY") && self.earlier.is_some_and(|token| token.is_word("IDENTIFIED"));
        let is_assigned = sets && self.depth == 0 && (previous.is_punct("=") || previous.is_word("TO"));
        let may_be_listed = sets && self.depth == 0 && previous.is_punct(",");
        if !(is_argument || behind_by || is_assigned || may_be_listed) {
            return false;
        }
        match significant(rest) {
            // `SET a = 1, b = 2` names another one.
            Some(next) if may_be_listed => next.is_punct(",") || next.is_punct(";"),
            Some(next) => !next.is_punct("(") && !next.is_punct("."),
            None => true,
        }
    }

    fn read(&mut self, token: Token<'s>) {
        match token.text {
            ";" => *self = Settings::default(),
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
