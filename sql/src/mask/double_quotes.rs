//! Words in double quotes, which are names where the database knows such a name, and strings elsewhere.

use super::frame::{Frame, Place};
use super::operand::is_beside_name;
use super::settings::Settings;
use super::significant;
use crate::tokens::{Kind, Token};

/// The tokens, with words in double quotes that are strings as literals.
#[derive(Clone)]
pub(super) struct DoubleQuotes<'s> {
    tokens: Settings<'s>,
    /// Names of tables are in double quotes, so those of columns may be.
    quotes_names: bool,
    /// Of each `SELECT`, whether it is known to have a `FROM`: without one it has no columns.
    have_from: Vec<bool>,
    /// How many `SELECT` were read.
    selects: usize,
    frame: Frame,
    outer: Vec<Frame>,
    /// The statement defines something.
    creates: bool,
    previous: Option<Token<'s>>,
    /// The previous token is a word that says what comes.
    led: bool,
}

impl<'s> DoubleQuotes<'s> {
    pub(super) fn new(tokens: Settings<'s>) -> DoubleQuotes<'s> {
        let mut reader = DoubleQuotes::at_start(tokens.clone(), false, Vec::new());
        let mut quotes_names = false;
        while let Some(token) = reader.tokens.next() {
            if token.is_significant() {
                quotes_names |= is_double_quoted(token) && reader.names_table();
                reader.read(token);
            }
        }
        DoubleQuotes::at_start(tokens, quotes_names, reader.have_from)
    }

    fn at_start(tokens: Settings<'s>, quotes_names: bool, have_from: Vec<bool>) -> DoubleQuotes<'s> {
        DoubleQuotes {
            tokens,
            quotes_names,
            have_from,
            selects: 0,
            frame: Frame::new(Place::Either),
            outer: Vec::new(),
            creates: false,
            previous: None,
            led: false,
        }
    }

    fn names_table(&self) -> bool {
        matches!(self.frame.now, Place::Table | Place::Defined) || self.is_joined()
    }

    fn is_name(&self, token: Token<'s>) -> bool {
        match self.frame.now {
            _ if self.is_joined() => true,
            Place::Table | Place::Defined | Place::Name => true,
            Place::Selected(select) if !self.have_from[select] => false,
            Place::Assigned => self.may_be_column(token),
            Place::Selected(_) | Place::Either => {
                self.may_be_column(token) && !is_beside_name(self.tokens.clone())
            }
            Place::Value => false,
        }
    }

    fn may_be_column(&self, token: Token<'s>) -> bool {
        self.quotes_names && is_spelled_like_name(token)
    }

    /// `"tasks"."id"`, `"f"(…)`
    fn is_joined(&self) -> bool {
        let joins = |token: Token<'s>| token.is_punct(".");
        self.previous.is_some_and(joins)
            || significant(&self.tokens).is_some_and(|next| joins(next) || next.is_punct("("))
    }

    fn read(&mut self, token: Token<'s>) {
        let led = self.led;
        self.led = false;
        match token.kind {
            Kind::Word => self.word(token.text),
            Kind::Punct => self.punct(token.text, led),
            _ => {}
        }
        self.previous = Some(token);
    }

    fn punct(&mut self, punct: &str, led: bool) {
        match punct {
            "(" => self.open(led),
            ")" => self.frame = self.outer.pop().unwrap_or(self.frame),
            "," => self.frame.now = self.frame.item,
            ";" => self.end_statement(),
            "." | "[" | "]" => {}
            // Behind an operator.
            _ => self.frame.now = Place::Value,
        }
    }

    fn end_statement(&mut self) {
        self.frame = Frame::new(Place::Either);
        self.outer.clear();
        self.creates = false;
    }

    fn open(&mut self, led: bool) {
        let inner = if self.frame.now == Place::Defined || self.is_behind("KEY") {
            Place::Name
        } else if !led && self.previous.is_some_and(Token::is_name) {
            // Arguments of a function.
            Place::Value
        } else {
            self.frame.now
        };
        self.outer.push(std::mem::replace(&mut self.frame, Frame::new(inner)));
    }

    fn word(&mut self, word: &str) {
        let mut upper = [0; 12];
        let Some(upper) = upper.get_mut(..word.len()) else { return };
        upper.copy_from_slice(word.as_bytes());
        upper.make_ascii_uppercase();
        self.led = true;
        match &*upper {
            b"CREATE" => self.creates = true,
            b"SELECT" => self.select(),
            b"BY" | b"RETURNING" => self.frame.list(Place::Either),
            b"SET" => self.frame.list(Place::Assigned),
            b"VALUES" | b"LIMIT" => self.frame.list(Place::Value),
            b"INTO" if self.is_behind("VACUUM") => self.frame.now = Place::Value,
            b"TABLE" | b"VIEW" => self.frame.list(Place::Defined),
            // `substring("Ann" FROM 1)`, `a IS DISTINCT FROM "Ann"`
            b"FROM"
                if self.frame.item == Place::Value
                    || (self.frame.now == Place::Value && self.is_behind("DISTINCT")) => {}
            b"FROM" => self.from(),
            b"JOIN" | b"UPDATE" => self.frame.now = Place::Table,
            b"ON" if self.creates => self.frame.now = Place::Defined,
            b"INTO" | b"INDEX" | b"TRIGGER" | b"REFERENCES" | b"UNIQUE" | b"USING" | b"CONFLICT"
            | b"WITH" | b"RECURSIVE" => self.frame.now = Place::Defined,
            b"EXISTS" if self.frame.now == Place::Defined => {}
            b"AS" | b"ADD" | b"COLUMN" | b"CONSTRAINT" | b"RENAME" | b"TO" | b"COLLATE" | b"SAVEPOINT"
            | b"RELEASE" => self.frame.now = Place::Name,
            b"AND" if self.frame.between => self.frame.between = false,
            b"AND" | b"OR" | b"WHERE" | b"ON" | b"HAVING" | b"WHEN" | b"END" | b"CHECK" | b"EXISTS" => {
                self.frame.operand();
            }
            b"BETWEEN" => {
                self.frame.between = true;
                self.frame.now = Place::Value;
            }
            b"IN" | b"IS" | b"LIKE" | b"GLOB" | b"MATCH" | b"REGEXP" | b"ILIKE" | b"RLIKE" | b"ESCAPE"
            | b"THEN" | b"ELSE" | b"OFFSET" | b"DEFAULT" | b"KEY" | b"ATTACH" | b"FETCH" | b"TOP"
            | b"DATABASE" | b"PASSWORD" | b"INTERVAL" => self.frame.now = Place::Value,
            b"NOT" | b"ALL" | b"ANY" | b"SOME" | b"DISTINCT" | b"CASE" => {}
            _ => self.led = false,
        }
    }

    fn select(&mut self) {
        self.frame.list(Place::Selected(self.selects));
        if self.selects == self.have_from.len() {
            self.have_from.push(false);
        }
        self.selects += 1;
    }

    fn from(&mut self) {
        if let Place::Selected(select) = self.frame.item {
            self.have_from[select] = true;
        }
        self.frame.list(Place::Table);
    }

    fn is_behind(&self, word: &str) -> bool {
        self.previous.is_some_and(|token| token.is_word(word))
    }
}

impl<'s> Iterator for DoubleQuotes<'s> {
    type Item = Token<'s>;

    fn next(&mut self) -> Option<Token<'s>> {
        let mut token = self.tokens.next()?;
        if token.is_significant() {
            if is_double_quoted(token) && !self.is_name(token) {
                token.kind = Kind::Literal;
            }
            self.read(token);
        }
        Some(token)
    }
}

fn is_double_quoted(token: Token<'_>) -> bool {
    token.kind == Kind::Quoted && token.text.starts_with('"')
}

fn is_spelled_like_name(token: Token<'_>) -> bool {
    let mut characters = token.text.trim_matches('"').chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || character == '_')
}
