//! Without the feature `enable`, annotated code compiles to what it is without attributes, instruction by instruction.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The assembly of `tests/off`, its symbols numbered in their order: their names hash how the crate was built.
fn assembly(features: &str) -> Vec<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = target_dir().join("off");
    let emitted = target.join(format!("{}.s", features.replace(',', "-")));
    let output = Command::new(env!("CARGO"))
        .args(["rustc", "--quiet", "--release", "--lib", "--features", features, "--manifest-path"])
        .arg(tests.join("off/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .args(["--", "-Csymbol-mangling-version=v0", "-Cstrip=debuginfo"])
        .arg(format!("--emit=asm={}", emitted.display()))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(&emitted).expect("rustc has written it");
    let mut symbols = Symbols::default();
    text.lines().filter(|line| !line.starts_with("\t.file")).map(|line| symbols.numbered(line)).collect()
}

/// The directory of this test's own build, so that nothing is built twice.
fn target_dir() -> PathBuf {
    let exe = env::current_exe().expect("a test has a path");
    exe.ancestors().nth(3).expect("target/debug/deps/off").to_owned()
}

#[derive(Default)]
struct Symbols(HashMap<String, usize>);

impl Symbols {
    /// `callq _RNv…4name` as `callq #7`.
    fn numbered(&mut self, line: &str) -> String {
        let is_outside = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '$');
        let words = line.split_inclusive(is_outside);
        words.map(|word| self.numbered_word(word, is_outside)).collect()
    }

    fn numbered_word(&mut self, word: &str, is_outside: impl Fn(char) -> bool) -> String {
        let Some(at) = word.find("_R").or_else(|| word.find(".Lanon.")) else { return word.to_owned() };
        let end = word[at..].find(is_outside).map_or(word.len(), |length| at + length);
        let next = self.0.len();
        let number = self.0.entry(word[at..end].to_owned()).or_insert(next);
        format!("{}#{number}{}", &word[..at], &word[end..])
    }
}

#[test]
fn attributes_that_are_off_leave_no_instruction_behind() {
    let plain = assembly("");
    assert!(plain.len() > 500, "{} lines", plain.len());
    let annotated = assembly("annotated");
    let differing = plain.iter().zip(&annotated).find(|(plain, annotated)| plain != annotated);
    assert_eq!(differing, None);
    assert_eq!(plain.len(), annotated.len());
    // And the comparison would notice.
    assert!(assembly("annotated,enabled").len() > plain.len());
}
