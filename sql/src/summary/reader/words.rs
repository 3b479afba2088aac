//! What a bare word means where it stands.

use super::{Clauses, Holds, Place, Reader};
use crate::dialect::Dialect;
use crate::summary::operation;
use crate::tokens::Token;

impl<'s> Reader<'s> {
    pub(super) fn word(&mut self, token: Token<'s>, keyword: &str) {
        match self.frame.place {
            Place::CteName if keyword == "RECURSIVE" => self.frame.recursive = true,
            Place::CteName => self.name_here(token),
            Place::CteColumns if keyword == "SET" => self.frame.place = Place::CteEnd,
            Place::CteEnd if matches!(keyword, "SEARCH" | "CYCLE") => self.frame.place = Place::CteColumns,
            Place::Start | Place::Prefix | Place::Inserted if keyword == "WITH" => {
                self.frame.place = Place::CteName;
            }
            Place::Start | Place::Prefix | Place::CteEnd => self.statement(token, keyword),
            Place::Before(word) if keyword == word => self.frame.place = Place::Prefix,
            // `CREATE TABLE a SELECT …`
            Place::Before("AS") if keyword == "SELECT" => self.select(token),
            Place::Skip | Place::CteHead | Place::CteColumns | Place::Before(_) => {}
            Place::Table => self.before_table(token, keyword),
            Place::Inserted | Place::Columns | Place::Tables | Place::Rest => self.clause(token, keyword),
        }
    }

    /// A word where a table's name is expected.
    fn before_table(&mut self, token: Token<'s>, keyword: &str) {
        match keyword {
            "ONLY" | "LATERAL" => {}
            "ROWS" if self.next_is_word("FROM") => {}
            "SELECT" => self.select(token),
            "TABLE" if self.next_is_name() => self.draft.push(token.text),
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
        let in_tables = self.frame.place == Place::Tables;
        let before = self.previous.as_str();
        match keyword {
            // Behind `UNION`, or as the source of an `INSERT`.
            "SELECT" => self.select(token),
            "TABLE" if self.begins_rows() => {
                self.draft.push(token.text);
                self.frame.place = Place::Table;
            }
            // `USE INDEX FOR JOIN (i)`
            "JOIN" | "ORDER" | "GROUP" if before == "FOR" => {}
            "JOIN" | "STRAIGHT_JOIN" if in_tables => self.frame.place = Place::Table,
            "APPLY" if in_tables && matches!(before, "CROSS" | "OUTER") => self.frame.place = Place::Table,
            // `a IS DISTINCT FROM b` compares.
            "FROM" if before == "DISTINCT" => {}
            "FROM" if matches!(self.frame.clauses, Clauses::From | Clauses::FromAndUsing) => {
                self.frame.place = Place::Table;
            }
            // A later one, as in `JOIN b USING (id)`, names columns.
            "USING" if self.frame.clauses == Clauses::FromAndUsing => {
                self.frame.clauses = Clauses::From;
                self.frame.place = Place::Table;
            }
            "INTO" => self.table_of_into(),
            // `FOR SYSTEM_TIME AS OF …` belongs to a table, too.
            "FOR" if matches!(before, "INDEX" | "KEY") || self.next_is_word("SYSTEM_TIME") => {}
            "WHERE" | "GROUP" | "HAVING" | "ORDER" | "LIMIT" | "OFFSET" | "UNION" | "INTERSECT"
            | "EXCEPT" | "WINDOW" | "FETCH" | "FOR" | "SET" | "RETURNING" | "VALUES" | "DEFAULT"
            | "DUPLICATE" => self.frame.place = Place::Rest,
            _ => {}
        }
    }

    /// Whether `TABLE` stands for a `SELECT` here, as in `INSERT INTO a TABLE b`.
    fn begins_rows(&self) -> bool {
        self.frame.place == Place::Inserted
            || matches!(self.previous.as_str(), "UNION" | "INTERSECT" | "EXCEPT" | "ALL")
    }

    fn table_of_into(&mut self) {
        let place = std::mem::replace(&mut self.frame.place, Place::Rest);
        let makes_table = matches!(self.dialect, Dialect::Postgres | Dialect::Other);
        if self.frame.clauses == Clauses::Into || (place == Place::Columns && makes_table) {
            self.skip_words(&["TEMP", "TEMPORARY", "UNLOGGED", "TABLE"]);
            self.table_target();
        }
    }

    fn select(&mut self, token: Token<'s>) {
        self.draft.push(token.text);
        self.draft.nested("SELECT");
        self.frame.clauses = Clauses::From;
        self.frame.main &= self.frame.place != Place::Table;
        self.frame.place = Place::Columns;
    }

    /// The first word of a statement, or of what stands in parentheses.
    fn statement(&mut self, token: Token<'s>, keyword: &str) {
        let place = self.frame.place;
        let top = self.outer.is_empty();
        let is_statement = self.frame.clauses != Clauses::None;
        let changes_data = matches!(keyword, "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "REPLACE");
        let is_query = keyword == "SELECT" || (keyword == "TABLE" && self.next_is_name());
        let may_change_data = top || self.frame.holds != Holds::Query || is_statement;
        let expected = match place {
            Place::Start if top => true,
            Place::Start => is_query || (changes_data && may_change_data),
            _ => is_query || (changes_data && may_change_data) || (top && begins_statement(keyword)),
        };
        match operation(keyword) {
            Some(operation) if expected => {
                if top && !is_statement {
                    self.draft.begin(Some(operation));
                }
                self.draft.nested(operation);
                self.draft.push(token.text);
                self.frame.clauses = Clauses::From;
                self.frame.place = Place::Rest;
                self.targets(keyword);
            }
            _ if place == Place::Start => self.begin_other(),
            _ => {}
        }
    }
}

/// What may stand behind `EXPLAIN` or a list of common table expressions, besides queries and changes of data.
fn begins_statement(keyword: &str) -> bool {
    matches!(keyword, "VALUES" | "CREATE")
}
