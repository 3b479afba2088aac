//! The common table expressions in sight, which are no tables.

use crate::summary::name::Name;

/// Expressions beyond this many are taken for tables, so that time stays linear.
const MAX_CTES: usize = 64;

#[derive(Default)]
pub(super) struct Ctes(Vec<String>);

impl Ctes {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn add(&mut self, cte: String) {
        if self.0.len() < MAX_CTES {
            self.0.push(cte);
        }
    }

    /// Leaves only the first ones in sight.
    pub(super) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    pub(super) fn has(&self, name: &Name) -> bool {
        !name.qualified && self.0.iter().any(|cte| cte.eq_ignore_ascii_case(&name.plain))
    }
}
