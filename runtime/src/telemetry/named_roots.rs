//! The roots that an application has named, in a bounded number.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::RwLock;

use crate::site::{NamedRoot, Site};

/// Names that a process can have.
const MOST: usize = 1_024;
/// What is past them.
const OTHER: &str = "other";

/// The site of the root that is named so. Each is kept once, for the life of the process.
pub(crate) fn named_root(name: impl Into<Cow<'static, str>>) -> &'static Site {
    static ROOTS: LazyLock<NamedRoots> = LazyLock::new(|| NamedRoots::new(MOST));
    ROOTS.site(name.into())
}

struct NamedRoots {
    by_name: RwLock<HashMap<&'static str, &'static NamedRoot>>,
    other: &'static NamedRoot,
    most: usize,
}

impl NamedRoots {
    fn new(most: usize) -> NamedRoots {
        let other: &_ = Box::leak(Box::new(NamedRoot::new(OTHER)));
        NamedRoots { by_name: RwLock::default(), other, most }
    }

    fn site(&self, name: Cow<'static, str>) -> &'static Site {
        let known = self.by_name.read().get(&*name).copied();
        known.unwrap_or_else(|| self.add(name)).site()
    }

    /// Another thread may have added it meanwhile.
    #[cold]
    fn add(&self, name: Cow<'static, str>) -> &'static NamedRoot {
        let mut by_name = self.by_name.write();
        if let Some(root) = by_name.get(&*name) {
            return root;
        }
        if by_name.len() == self.most {
            return self.other;
        }
        let name: &'static str = match name {
            Cow::Borrowed(name) => name,
            Cow::Owned(name) => name.leak(),
        };
        by_name.entry(name).or_insert_with(|| Box::leak(Box::new(NamedRoot::new(name))))
    }
}

#[cfg(test)]
mod tests {
    use super::NamedRoots;

    #[test]
    fn names_past_the_bound_share_one() {
        let roots = NamedRoots::new(2);
        let names = ["a", "b", "c", "d", "a"].map(|name| roots.site(name.to_owned().into()).span_name());
        assert_eq!(names, ["a", "b", "other", "other", "a"]);
    }

    #[test]
    fn a_name_has_one_site() {
        let roots = NamedRoots::new(2);
        let [literal, text] = [roots.site("a".into()), roots.site("a".to_owned().into())];
        assert!(std::ptr::eq(literal, text));
    }
}
