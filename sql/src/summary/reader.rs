//! The state machine over a statement's tokens. A frame per open parenthesis knows whether `FROM` means tables there.

mod targets;

use std::iter::{Filter, Peekable};

use super::name::{Keyword, Name, is_name, unquote};
use super::{MAX_SUMMARY, OTHER, Summary, operation};
use crate::tokens::{Dialect, Kind, Token, Tokens};

/// Common table expressions beyond this many are taken for tables, so that time stays linear.
const MAX_CTES: usize = 64;

/// Where in its frame the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first word.
    Start,
    /// Behind `EXPLAIN`: options, then a statement.
    Explained,
    /// Before the name of a common table expression.
    CteName,
    /// Between that name and the end of its body.
    CteHead,
    /// Behind the body: `,` and the next one, or the statement itself.
    CteEnd,
    /// Behind the target of an `INSERT`, where its source stands.
    Inserted,
    /// Before a table's name.
    Table,
    /// In a list of tables, behind one.
    Tables,
    /// Anywhere else in a statement.
    Rest,
    /// In a statement of whose rest nothing is wanted.
    Skip,
}

/// Which words of a frame come before tables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clauses {
    /// None: in no statement, `FROM` belongs to `EXTRACT`, `TRIM` and the like.
    None,
    From,
    /// As in `DELETE` and `MERGE`.
    FromAndUsing,
}

/// What is in a pair of parentheses, or at the top.
struct Frame {
    place: Place,
    clauses: Clauses,
    /// Its tables are those of the statement at the top.
    main: bool,
    /// Holds the body of a common table expression, which may change data.
    cte_body: bool,
    recursive: bool,
    /// The expression whose body comes.
    cte: Option<String>,
    /// How many expressions are in sight outside.
    ctes_outside: usize,
}

impl Frame {
    fn top() -> Frame {
        Frame { main: true, ..Frame::new(Place::Start, 0) }
    }

    fn new(place: Place, ctes_outside: usize) -> Frame {
        Frame {
            place,
            clauses: Clauses::None,
            main: false,
            cte_body: false,
            recursive: false,
            cte: None,
            ctes_outside,
        }
    }
}

type Significant<'s> = Peekable<Filter<Tokens<'s>, fn(&Token<'s>) -> bool>>;

pub(super) struct Reader<'s> {
    tokens: Significant<'s>,
    /// The word before the current one, in upper case; empty behind anything else.
    previous: Keyword,
    /// The innermost frame, and those around it.
    frame: Frame,
    outer: Vec<Frame>,
    ctes: Vec<String>,
    /// How many statements have begun.
    statements: usize,
    done: bool,

    operation: Option<&'static str>,
    /// The first operation in parentheses, for a statement that is nothing else.
    nested_operation: Option<&'static str>,
    main_table: Option<String>,
    first_table: Option<String>,
    one_table: bool,
    text: String,
    text_full: bool,
}

impl<'s> Reader<'s> {
    pub(super) fn new(sql: &'s str, dialect: Dialect) -> Reader<'s> {
        let significant: fn(&Token<'s>) -> bool = |token| !matches!(token.kind, Kind::Space | Kind::Comment);
        Reader {
            tokens: Tokens::new(sql, dialect).filter(significant).peekable(),
            previous: Keyword::default(),
            frame: Frame::top(),
            outer: Vec::new(),
            ctes: Vec::new(),
            statements: 0,
            done: false,
            operation: None,
            nested_operation: None,
            main_table: None,
            first_table: None,
            one_table: true,
            text: String::new(),
            text_full: false,
        }
    }

    pub(super) fn summary(self) -> Summary {
        let table = self.main_table.or(self.first_table);
        Summary {
            operation: self.operation.or(self.nested_operation).unwrap_or(OTHER),
            one_table: self.one_table && table.is_some(),
            table,
            one_statement: self.statements == 1,
            text: self.text,
        }
    }

    pub(super) fn read(&mut self) {
        while !self.done
            && let Some(token) = self.tokens.next()
        {
            let keyword = Keyword::of(token);
            match token.kind {
                Kind::Word => self.word(token, keyword.as_str()),
                Kind::Quoted => self.name_here(token),
                Kind::Punct => self.punct(token.text),
                Kind::Literal | Kind::Placeholder => self.value(),
                Kind::Space | Kind::Comment => {}
            }
            self.previous = keyword;
        }
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
                self.ctes.clear();
                self.frame = Frame::top();
            }
            (",", Place::Tables) => self.frame.place = Place::Table,
            (",", Place::CteEnd) => self.frame.place = Place::CteName,
            (_, Place::Start) => self.begin_other(),
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
                self.statements += 1;
                self.frame.clauses = Clauses::From;
                self.frame.place = Place::Rest;
                Place::Start
            }
            _ => Place::Start,
        };
        let mut frame = Frame::new(inner, self.ctes.len());
        frame.main = main;
        frame.cte_body =
            self.frame.place == Place::CteHead && matches!(self.previous.as_str(), "AS" | "MATERIALIZED");
        self.outer.push(std::mem::replace(&mut self.frame, frame));
    }

    fn close(&mut self) {
        let Some(around) = self.outer.pop() else { return };
        let closed = std::mem::replace(&mut self.frame, around);
        self.ctes.truncate(closed.ctes_outside);
        if closed.cte_body {
            self.frame.place = Place::CteEnd;
            // Unless it is recursive, it is in sight only from here on: within, its name means a table.
            let cte = self.frame.cte.take();
            self.in_sight(cte);
        }
    }

    fn in_sight(&mut self, cte: Option<String>) {
        if self.ctes.len() < MAX_CTES {
            self.ctes.extend(cte);
        }
    }

    fn word(&mut self, token: Token<'s>, keyword: &str) {
        match self.frame.place {
            Place::Skip | Place::CteHead => {}
            Place::CteName if keyword == "RECURSIVE" => self.frame.recursive = true,
            Place::CteName => self.name_here(token),
            Place::Start | Place::Explained | Place::Inserted if keyword == "WITH" => {
                self.frame.place = Place::CteName;
            }
            Place::Start | Place::Explained | Place::CteEnd => self.statement(token, keyword),
            Place::Table => self.before_table(token, keyword),
            Place::Inserted | Place::Tables | Place::Rest => self.clause(token, keyword),
        }
    }

    /// A word where a table's name is expected.
    fn before_table(&mut self, token: Token<'s>, keyword: &str) {
        match keyword {
            "ONLY" | "LATERAL" => {}
            "ROWS" if self.next_is_word("FROM") => {}
            "SELECT" => self.select(token),
            "VALUES" => self.frame.place = Place::Rest,
            "WITH" => {
                self.frame.main = false;
                self.frame.place = Place::CteName;
            }
            _ => self.name_here(token),
        }
    }

    /// A word within a statement that may begin a clause.
    fn clause(&mut self, token: Token<'s>, keyword: &str) {
        let before = self.previous.as_str();
        match keyword {
            // Behind `UNION`, or as the source of an `INSERT`.
            "SELECT" => self.select(token),
            // `CREATE VIEW v AS WITH …`
            "WITH" if before == "AS" => self.frame.place = Place::CteName,
            "JOIN" | "STRAIGHT_JOIN" if self.frame.place == Place::Tables => self.frame.place = Place::Table,
            // `a IS DISTINCT FROM b` compares, `FOR VALUES FROM (1) TO (2)` bounds a partition.
            "FROM" if matches!(before, "DISTINCT" | "VALUES") => {}
            "FROM" if self.frame.clauses != Clauses::None => self.frame.place = Place::Table,
            // `JOIN b USING (id)` names columns.
            "USING" if self.frame.clauses == Clauses::FromAndUsing && !self.next_is_punct("(") => {
                self.frame.place = Place::Table;
            }
            "WHERE" | "GROUP" | "HAVING" | "ORDER" | "LIMIT" | "OFFSET" | "UNION" | "INTERSECT"
            | "EXCEPT" | "WINDOW" | "FETCH" | "FOR" | "SET" | "RETURNING" | "VALUES" | "DEFAULT"
            | "DUPLICATE" | "INTO" => self.frame.place = Place::Rest,
            _ => {}
        }
    }

    fn select(&mut self, token: Token<'s>) {
        self.push(token.text);
        self.nested_operation.get_or_insert("SELECT");
        self.frame.clauses = Clauses::From;
        self.frame.main &= self.frame.place != Place::Table;
        self.frame.place = Place::Rest;
    }

    /// The first word of a statement, or of what stands in parentheses.
    fn statement(&mut self, token: Token<'s>, keyword: &str) {
        let top = self.outer.is_empty();
        let changes_data = matches!(keyword, "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "REPLACE");
        let is_statement = self.frame.clauses != Clauses::None;
        if !top && !(keyword == "SELECT" || (changes_data && (self.frame.cte_body || is_statement))) {
            if self.frame.place == Place::Start {
                self.frame.place = Place::Rest;
            }
            return;
        }
        let Some(operation) = operation(keyword) else {
            if self.frame.place == Place::Start {
                self.begin_other();
            }
            return;
        };
        if matches!(self.frame.place, Place::Explained | Place::CteEnd)
            && !changes_data
            && !begins_query(keyword)
        {
            return;
        }
        if top && !is_statement {
            self.begin(operation);
        }
        self.nested_operation.get_or_insert(operation);
        self.push(token.text);
        self.frame.clauses = Clauses::From;
        self.frame.place = Place::Rest;
        self.targets(keyword);
    }

    /// Counts a statement at the top in.
    fn begin(&mut self, operation: &'static str) {
        self.statements += 1;
        if self.statements == 1 {
            self.operation = Some(operation);
        }
    }

    fn begin_other(&mut self) {
        if self.outer.is_empty() {
            self.begin(OTHER);
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
                    self.in_sight(Some(cte));
                } else {
                    self.frame.cte = Some(cte);
                }
                self.frame.place = Place::CteHead;
            }
            Place::Table => {
                let name = self.name_from(first);
                self.frame.place = Place::Tables;
                // With arguments it is a function: `FROM generate_series(1, 10)`.
                if !self.next_is_punct("(") && !self.is_cte(&name) {
                    self.add_table(name);
                }
            }
            Place::Start => self.begin_other(),
            _ => {}
        }
    }

    fn is_cte(&self, name: &Name) -> bool {
        !name.qualified && self.ctes.iter().any(|cte| cte.eq_ignore_ascii_case(&name.plain))
    }

    fn add_table(&mut self, name: Name) {
        self.push(&name.written);
        if self.first_table.as_ref().is_some_and(|first| !first.eq_ignore_ascii_case(&name.plain)) {
            self.one_table = false;
        }
        if self.frame.main && self.statements == 1 && self.main_table.is_none() {
            self.main_table = Some(name.plain.clone());
        }
        self.first_table.get_or_insert(name.plain);
    }

    fn name_from(&mut self, first: Token<'s>) -> Name {
        let mut name = Name::new(first);
        while self.tokens.next_if(|token| token.is_punct(".")).is_some() {
            if let Some(part) = self.tokens.next_if(|token| is_name(*token)) {
                name.push(part);
            }
        }
        name
    }

    fn next_is_word(&mut self, word: &str) -> bool {
        self.tokens.peek().is_some_and(|token| token.is_word(word))
    }

    fn next_is_punct(&mut self, punct: &str) -> bool {
        self.tokens.peek().is_some_and(|token| token.is_punct(punct))
    }

    /// Adds a word to the summary. Once one did not fit, no later one is added: the order would tell something else.
    fn push(&mut self, word: &str) {
        let space = usize::from(!self.text.is_empty());
        if self.text_full || self.text.len() + space + word.len() > MAX_SUMMARY {
            self.text_full = true;
            return;
        }
        if space == 1 {
            self.text.push(' ');
        }
        self.text.push_str(word);
    }
}

/// What may stand behind `EXPLAIN` or a list of common table expressions, besides changes of data.
fn begins_query(keyword: &str) -> bool {
    matches!(keyword, "SELECT" | "VALUES" | "CREATE")
}
