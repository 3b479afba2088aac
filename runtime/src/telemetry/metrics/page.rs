//! A page of several sources. One line that a reader refuses, or one family twice, and it refuses the whole page; so what
//! comes from elsewhere is looked at, and left out where it is not right.

use std::collections::{HashMap, HashSet};

use super::foreign::{self, FamilyText};

/// The end of a page.
const END: &str = "# EOF";

/// OpenMetrics text without its end.
#[derive(Default)]
pub(super) struct Page<'t> {
    own: String,
    families: Vec<FamilyText<'t>>,
    /// Where the families are, by their names.
    places: HashMap<&'t str, usize>,
    /// The names of all samples that the families may have.
    taken: HashSet<String>,
}

/// A family that is not on the page.
#[derive(Debug, PartialEq)]
pub(super) struct LeftOut {
    pub(super) family: String,
    pub(super) reason: &'static str,
}

impl<'t> Page<'t> {
    /// Begins with what is spanweave's own. It is taken as it is, as there may be much of it, and tests have read it.
    pub(super) fn of_own(own: String) -> Page<'t> {
        let types = own.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
        let names =
            types.flat_map(|(name, kind)| foreign::names(name, foreign::suffixes(kind).unwrap_or(&[])));
        let taken = names.collect();
        Page { own, taken, ..Page::default() }
    }

    /// Adds the families of a source, and tells those that cannot be on the page.
    pub(super) fn add(&mut self, source: &'t str) -> Vec<LeftOut> {
        let mut left_out = Vec::new();
        for family in foreign::families(source) {
            let name = family.name;
            if let Some(reason) = family.mistake.or_else(|| self.take(family)) {
                left_out.push(LeftOut { family: name.to_owned(), reason });
            }
        }
        left_out
    }

    pub(super) fn finish(self) -> String {
        let mut text = self.own;
        for family in &self.families {
            family.write(&mut text);
        }
        text.push_str(END);
        text.push('\n');
        text
    }

    /// Takes the family, or tells why not. Of one that is there already, it takes the samples: a part of a registry that
    /// adds labels says again what its metrics are.
    fn take(&mut self, family: FamilyText<'t>) -> Option<&'static str> {
        if let Some(place) = self.places.get(family.name) {
            return self.families[*place].join(&family);
        }
        let names: HashSet<_> = family.names().collect();
        if !self.taken.is_disjoint(&names) {
            return Some("there is a metric of this name already");
        }
        self.taken.extend(names);
        self.places.insert(family.name, self.families.len());
        self.families.push(family);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{LeftOut, Page};

    const TAKEN: &str = "there is a metric of this name already";

    fn left_out(family: &str, reason: &'static str) -> Vec<LeftOut> {
        vec![LeftOut { family: family.to_owned(), reason }]
    }

    #[test]
    fn of_families_with_one_name_the_first_is_shown() {
        let mut page = Page::of_own("# TYPE o counter\no_total 1\n".to_owned());
        assert_eq!(page.add("# TYPE a counter\na_total 1\n# HELP b Of b.\n# TYPE b gauge\nb 1\n"), []);
        assert_eq!(page.add("# TYPE a gauge\na 2\n# TYPE c gauge\nc 2\n# EOF\n"), left_out("a", TAKEN));
        // Other families, whose samples have the name of one that is there.
        assert_eq!(page.add("# TYPE a_total gauge\na_total 3\n"), left_out("a_total", TAKEN));
        // Spanweave's own, of the same type or another.
        assert_eq!(page.add("# TYPE o counter\no_total{a=\"b\"} 1\n"), left_out("o", TAKEN));
        assert_eq!(page.add("# TYPE o_created gauge\no_created 1\n"), left_out("o_created", TAKEN));
        assert_eq!(
            page.finish(),
            "# TYPE o counter\no_total 1\n\
             # TYPE a counter\na_total 1\n# HELP b Of b.\n# TYPE b gauge\nb 1\n# TYPE c gauge\nc 2\n# EOF\n"
        );
    }

    #[test]
    fn a_family_that_is_there_in_parts_is_one() {
        let mut page = Page::default();
        let adjacent =
            "# HELP a Of a.\n# TYPE a gauge\na{b=\"1\"} 1\n# HELP a Of a.\n# TYPE a gauge\na{b=\"2\"} 1\n";
        assert_eq!(page.add(adjacent), []);
        let apart = "# TYPE c gauge\nc 1\n# TYPE a gauge\na{b=\"3\"} 1\n";
        assert_eq!(page.add(apart), []);
        let twice = "a sample of it is there twice";
        assert_eq!(page.add("# TYPE a gauge\na{b=\"4\"} 1\na{b=\"2\"} 2\n"), left_out("a", twice));
        assert_eq!(page.add("# TYPE a counter\na_total{b=\"5\"} 1\n"), left_out("a", TAKEN));
        assert_eq!(page.add("# HELP a Of a.\n"), left_out("a", "its type is missing"));
        assert_eq!(
            page.finish(),
            "# HELP a Of a.\n# TYPE a gauge\na{b=\"1\"} 1\na{b=\"2\"} 1\na{b=\"3\"} 1\n# TYPE c gauge\nc 1\n# EOF\n"
        );
    }

    #[test]
    fn what_a_reader_would_refuse_is_left_out() {
        let mut page = Page::default();
        let source = "# TYPE a gauge\na -nan\n# TYPE b gauge\nb 1\n";
        assert_eq!(page.add(source), left_out("a", "a line of it is not OpenMetrics text"));
        assert_eq!(page.finish(), "# TYPE b gauge\nb 1\n# EOF\n");
    }

    #[test]
    fn what_says_nothing_is_not_on_the_page() {
        let mut page = Page::default();
        let source = "# Of a.\n\n# TYPE a gauge\n#\n#a\na{b=\"1\"} 1\n \na{b=\"2\"} 1\n# EOF\n";
        assert_eq!(page.add(source), []);
        assert_eq!(page.finish(), "# TYPE a gauge\na{b=\"1\"} 1\na{b=\"2\"} 1\n# EOF\n");
    }

    #[test]
    fn metadata_that_cannot_be_read_is_not_of_the_family_before() {
        let mut page = Page::default();
        let source = "# TYPE a gauge\na 1\n# TYPE 1b gauge\n1b 1\n# TYPE c gauge\nc 1\n";
        assert_eq!(page.add(source), left_out("", "a line of it is not OpenMetrics text"));
        assert_eq!(page.finish(), "# TYPE a gauge\na 1\n# TYPE c gauge\nc 1\n# EOF\n");
    }
}
