//! The state machine over a statement's tokens. A frame per open parenthesis knows whether `FROM` means tables there.

mod ahead;
mod ctes;
mod definitions;
mod frame;
mod targets;
mod words;

use std::iter::{Filter, Peekable};

use self::ctes::Ctes;
use self::frame::{Clauses, Frame, Holds, Place};
use super::draft::Draft;
use super::name::{Keyword, unquote};
use super::{OTHER, Summary};
use crate::dialect::Dialect;
use crate::tokens::{Kind, Token, Tokens};

type Significant<'s> = Peekable<Filter<Tokens<'s>, fn(&Token<'s>) -> bool>>;

pub(super) struct Reader<'s> {
    tokens: Significant<'s>,
    dialect: Dialect,
    /// The word before the current one, in upper case; empty behind anything else.
    previous: Keyword,
    /// The innermost frame, and those around it.
    frame: Frame,
    outer: Vec<Frame>,
    ctes: Ctes,
    draft: Draft,
    done: bool,
}

impl<'s> Reader<'s> {
    pub(super) fn new(sql: &'s str, dialect: Dialect) -> Reader<'s> {
        let is_significant: fn(&Token<'s>) -> bool = |token| token.is_significant();
        Reader {
            tokens: Tokens::new(sql, dialect).filter(is_significant).peekable(),
            dialect,
            previous: Keyword::default(),
            frame: Frame::top(),
            outer: Vec::new(),
            ctes: Ctes::default(),
            draft: Draft::new(),
            done: false,
        }
    }

    pub(super) fn read(mut self) -> Summary {
        while !self.done
            && let Some(token) = self.tokens.next()
        {
            let is_alias = self.previous.as_str() == "AS" && self.frame.place.has_aliases();
            let keyword = if is_alias { Keyword::default() } else { Keyword::of(token) };
            match token.kind {
                Kind::Word => self.word(token, keyword.as_str()),
                Kind::Quoted => self.name_here(token),
                Kind::Punct => self.punct(token.text),
                Kind::Literal | Kind::Placeholder => self.value(),
                Kind::Space | Kind::Comment => {}
            }
            self.previous = keyword;
        }
        self.draft.finish()
    }

    fn value(&mut self) {
        match self.frame.place {
            Place::Table => self.frame.place = Place::Tables,
            Place::Start => self.begin_other(),
            _ => {}
        }
    }

    fn punct(&mut self, punct: &str) {
        match (punct, self.frame.place) {
            ("(", _) => self.open(),
            (")", _) => self.close(),
            (";", _) => {
                self.outer.clear();
                self.ctes.truncate(0);
                self.frame = Frame::top();
            }
            (",", Place::Tables) => self.frame.place = Place::Table,
            (",", Place::CteEnd) => self.frame.place = Place::CteName,
            (_, Place::Start) => self.begin_other(),
            // A column's name, whatever the word means elsewhere.
            (".", _) => drop(self.tokens.next_if(|token| token.is_name())),
            _ => {}
        }
    }

    fn open(&mut self) {
        let main = self.frame.main && matches!(self.frame.place, Place::Start | Place::Table);
        let inner = match self.frame.place {
            Place::Skip => Place::Skip,
            // `FROM (a JOIN b …)`, `FROM (SELECT …)`
            Place::Table => {
                self.frame.place = Place::Tables;
                Place::Table
            }
            // `(SELECT …) UNION …`
            Place::Start if self.outer.is_empty() => {
                self.draft.begin(None);
                self.frame.clauses = Clauses::From;
                self.frame.place = Place::Rest;
                Place::Start
            }
            _ => Place::Start,
        };
        let mut frame = Frame::new(inner, self.ctes.len());
        frame.main = main;
        frame.holds = match self.previous.as_str() {
            "AS" | "MATERIALIZED" if self.frame.place == Place::CteHead => Holds::CteBody,
            "COPY" => Holds::Change,
            _ => Holds::Query,
        };
        self.outer.push(std::mem::replace(&mut self.frame, frame));
    }

    fn close(&mut self) {
        let Some(around) = self.outer.pop() else { return };
        let closed = std::mem::replace(&mut self.frame, around);
        self.ctes.truncate(closed.ctes_outside);
        if closed.holds == Holds::CteBody {
            self.frame.place = Place::CteEnd;
            // Unless it is recursive, it is in sight only from here on: within, its name means a table.
            if let Some(cte) = self.frame.cte.take() {
                self.ctes.add(cte);
            }
        }
    }

    /// A statement that is not known.
    fn begin_other(&mut self) {
        if self.outer.is_empty() {
            self.draft.begin(Some(OTHER));
            self.frame.place = Place::Skip;
        } else {
            self.frame.place = Place::Rest;
        }
    }

    /// A name in running text: a table's where one is expected, an expression's behind `WITH`.
    fn name_here(&mut self, first: Token<'s>) {
        match self.frame.place {
            Place::CteName => {
                let cte = unquote(first);
                if self.frame.recursive {
                    self.ctes.add(cte);
                } else {
                    self.frame.cte = Some(cte);
                }
                self.frame.place = Place::CteHead;
            }
            Place::Table => {
                let name = self.name_from(first);
                self.frame.place = Place::Tables;
                // With arguments it is a function: `FROM generate_series(1, 10)`.
                if !self.next_is_punct("(") && !self.ctes.has(&name) {
                    self.draft.add_table(name, self.frame.main);
                }
            }
            Place::Start => self.begin_other(),
            _ => {}
        }
    }
}
