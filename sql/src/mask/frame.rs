//! What words in double quotes can be, by where in a statement they stand.

/// What can stand at some place of a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The name of a table.
    Table,
    /// A name behind which names of columns may stand in parentheses.
    Defined,
    /// Any other name.
    Name,
    /// A column that is set.
    Assigned,
    /// What the `SELECT` of this number gives: columns or strings.
    Selected(usize),
    /// A column, or a string.
    Either,
    Value,
}

/// What is in a pair of parentheses, or at the top.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// What each item of its list begins with.
    pub(super) item: Place,
    pub(super) now: Place,
    /// Behind `BETWEEN`, before its `AND`.
    pub(super) between: bool,
}

impl Frame {
    pub(super) fn new(item: Place) -> Frame {
        Frame { item, now: item, between: false }
    }

    pub(super) fn list(&mut self, place: Place) {
        *self = Frame::new(place);
    }

    /// An operand comes, within a condition or behind one.
    pub(super) fn operand(&mut self) {
        self.now = if matches!(self.item, Place::Selected(_)) { self.item } else { Place::Either };
    }
}
