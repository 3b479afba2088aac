//! What the lines `test result: …` of a `cargo test` add up to.

use std::fmt;
use std::ops::AddAssign;

/// Tests counted by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Totals {
    /// Adds up every `test result: ok. 3 passed; 0 failed; 1 ignored; …` of `output`.
    pub(crate) fn read(output: &str) -> Totals {
        let results = output.lines().filter_map(|line| line.strip_prefix("test result: "));
        let mut totals = Totals::default();
        for (count, word) in results.flat_map(|result| result.split([';', '.'])).filter_map(counted) {
            match word {
                "passed" => totals.passed += count,
                "failed" => totals.failed += count,
                "ignored" => totals.skipped += count,
                _ => {}
            }
        }
        totals
    }
}

/// `Some((3, "passed"))` for ` 3 passed`.
fn counted(part: &str) -> Option<(u64, &str)> {
    let (count, word) = part.trim().split_once(' ')?;
    Some((count.parse().ok()?, word))
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Totals) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(out, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;

    const PASSING: &str = "\
running 2 tests
test one ... ok
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.05s

   Doc-tests spanweave
test result: ok. 5 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.30s
";

    #[test]
    fn adds_up_every_result() {
        assert_eq!(Totals::read(PASSING), Totals { passed: 7, failed: 0, skipped: 3 });
    }

    #[test]
    fn counts_the_tests_of_a_failed_run() {
        let output = "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(Totals::read(output), Totals { passed: 4, failed: 2, skipped: 0 });
    }

    #[test]
    fn reads_only_lines_that_are_results() {
        let output = "thread panicked: left `test result: ok. 9 passed`\ntest result_is_kept ... ok\n";
        assert_eq!(Totals::read(output), Totals::default());
    }

    #[test]
    fn prints_skipped_tests_only_where_there_are_any() {
        assert_eq!(Totals::read(PASSING).to_string(), "7 passed, 0 failed, 3 skipped");
        assert_eq!(Totals { passed: 1, ..Totals::default() }.to_string(), "1 passed, 0 failed");
    }
}
