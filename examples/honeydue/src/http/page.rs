//! Lists in pages: each tells where the next one begins.

use serde::{Deserialize, Serialize};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// `?after=…&limit=…` of a list.
#[derive(Debug, Default, Deserialize)]
pub struct PageQuery {
    /// The id behind which the page begins.
    #[serde(default)]
    after: i64,
    limit: Option<i64>,
}

impl PageQuery {
    /// The id behind which the page begins; 0 for the first page.
    pub fn after(&self) -> i64 {
        self.after
    }

    /// How many at most.
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
    }

    /// How many to ask the database for: one more tells that there is a next page.
    pub fn limit_and_one(&self) -> i64 {
        self.limit() + 1
    }
}

/// A page of a list, in the order of ids.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    items: Vec<T>,
    /// `after` of the next page; none where this is the last.
    next: Option<i64>,
}

impl<T> Page<T> {
    /// Of what [`limit_and_one`](PageQuery::limit_and_one) asked for.
    pub fn of(mut items: Vec<T>, query: &PageQuery, id: impl Fn(&T) -> i64) -> Page<T> {
        let limit = usize::try_from(query.limit()).unwrap_or_default();
        let has_next = items.len() > limit;
        items.truncate(limit);
        let next = items.last().map(id).filter(|_| has_next);
        Page { items, next }
    }
}
