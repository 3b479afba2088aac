//! Where the reader is, for each open parenthesis.

/// Where in its frame the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the first word.
    Start,
    /// Behind `EXPLAIN` and the like: options, then a statement.
    Prefix,
    /// Before the word that leads a statement in, as `AS` in `CREATE VIEW … AS SELECT …`.
    Before(&'static str),
    /// Before the name of a common table expression.
    CteName,
    /// Between that name and the end of its body.
    CteHead,
    /// Behind the body: `,` and the next one, or the statement itself.
    CteEnd,
    /// Behind `SEARCH` or `CYCLE`, whose columns have commas between them.
    CteColumns,
    /// Behind the target of an `INSERT`, where its source stands.
    Inserted,
    /// Behind `SELECT`, before `FROM`.
    Columns,
    /// Before a table's name.
    Table,
    /// In a list of tables, behind one.
    Tables,
    /// Anywhere else in a statement.
    Rest,
    /// In a statement of whose rest nothing is wanted.
    Skip,
}

impl Place {
    /// Where a word behind `AS` is a name, whatever it means elsewhere.
    pub(super) fn has_aliases(self) -> bool {
        matches!(self, Place::Inserted | Place::Columns | Place::Tables | Place::Rest)
    }
}

/// Which words of a frame come before tables.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Clauses {
    /// None: in no statement, `FROM` belongs to `EXTRACT`, `TRIM` and the like.
    None,
    From,
    /// As in `DELETE` and `MERGE`, once.
    FromAndUsing,
    /// As in `LOAD DATA`, and in an `INSERT ALL`.
    Into,
}

/// What a statement in parentheses may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Query,
    /// One that changes data, too.
    Change,
    /// The body of a common table expression, which may change data.
    CteBody,
}

/// What is in a pair of parentheses, or at the top.
pub(super) struct Frame {
    pub(super) place: Place,
    pub(super) clauses: Clauses,
    /// Its tables are those of the statement at the top.
    pub(super) main: bool,
    pub(super) holds: Holds,
    pub(super) recursive: bool,
    /// The expression whose body comes.
    pub(super) cte: Option<String>,
    /// How many expressions are in sight outside.
    pub(super) ctes_outside: usize,
}

impl Frame {
    pub(super) fn top() -> Frame {
        Frame { main: true, ..Frame::new(Place::Start, 0) }
    }

    pub(super) fn new(place: Place, ctes_outside: usize) -> Frame {
        Frame {
            place,
            clauses: Clauses::None,
            main: false,
            holds: Holds::Query,
            recursive: false,
            cte: None,
            ctes_outside,
        }
    }
}
