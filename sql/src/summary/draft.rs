//! A summary in the making.

use super::name::Name;
use super::{MAX_SUMMARY, OTHER, Summary};

pub(super) struct Draft {
    /// How many statements have begun.
    statements: usize,
    operation: Option<&'static str>,
    /// The first operation in parentheses, for a statement that is nothing else.
    nested_operation: Option<&'static str>,
    main_table: Option<String>,
    first_table: Option<String>,
    one_table: bool,
    text: String,
    is_full: bool,
}

impl Draft {
    pub(super) fn new() -> Draft {
        Draft {
            statements: 0,
            operation: None,
            nested_operation: None,
            main_table: None,
            first_table: None,
            one_table: true,
            text: String::new(),
            is_full: false,
        }
    }

    /// Counts a statement in; what it does is not known yet if it is in parentheses.
    pub(super) fn begin(&mut self, operation: Option<&'static str>) {
        self.statements += 1;
        if self.statements == 1 {
            self.operation = operation;
        }
    }

    pub(super) fn nested(&mut self, operation: &'static str) {
        self.nested_operation.get_or_insert(operation);
    }

    /// Adds a table; `is_main` if it is one of the statement's own, and of no other within.
    pub(super) fn add_table(&mut self, name: Name, is_main: bool) {
        self.push(&name.written);
        if self.first_table.as_ref().is_some_and(|first| !first.eq_ignore_ascii_case(&name.plain)) {
            self.one_table = false;
        }
        if is_main && self.statements == 1 && self.main_table.is_none() {
            self.main_table = Some(name.plain.clone());
        }
        self.first_table.get_or_insert(name.plain);
    }

    /// Adds a word. Once one did not fit, no later one is added: the order would tell something else.
    pub(super) fn push(&mut self, word: &str) {
        let space = usize::from(!self.text.is_empty());
        if self.is_full || self.text.len() + space + word.len() > MAX_SUMMARY {
            self.is_full = true;
            return;
        }
        if space == 1 {
            self.text.push(' ');
        }
        self.text.push_str(word);
    }

    pub(super) fn finish(self) -> Summary {
        let table = self.main_table.or(self.first_table);
        Summary {
            operation: self.operation.or(self.nested_operation).unwrap_or(OTHER),
            one_table: self.one_table && table.is_some(),
            table,
            one_statement: self.statements == 1,
            text: self.text,
        }
    }
}
