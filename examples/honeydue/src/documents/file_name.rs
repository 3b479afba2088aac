//! Names of files: what is left of them when nothing is left that could do harm.

const MAX_CHARACTERS: usize = 120;
const UNNAMED: &str = "document";

/// The last part of a path, without what cannot be seen, and not too long.
pub(super) fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last.chars().filter(|character| !is_hidden(*character)).collect();
    let short: String = visible.trim().chars().take(MAX_CHARACTERS).collect();
    if short.trim_matches('.').is_empty() { UNNAMED.to_owned() } else { short }
}

/// Control characters, and those that turn the direction of writing: `exe.gpj` must not read `jpg.exe`.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn a_name_stays_as_it_is() {
        assert_eq!(safe("Rechnung März 2026 (1).pdf"), "Rechnung März 2026 (1).pdf");
    }

    #[test]
    fn paths_and_what_is_hidden_are_taken_out() {
        assert_eq!(safe("../../etc/passwd"), "passwd");
        assert_eq!(safe(r"C:\Users\me\roof.jpg"), "roof.jpg");
        assert_eq!(safe("roof\r\nset-cookie: a\0.jpg"), "roofset-cookie: a.jpg");
        assert_eq!(safe("roof\u{202e}gpj.exe"), "roofgpj.exe");
    }

    #[test]
    fn what_is_no_name_gets_one() {
        for name in ["", " ", ".", "..", "a/", "\n"] {
            assert_eq!(safe(name), "document", "{name:?}");
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(safe(&"ü".repeat(1_000)), "ü".repeat(120));
    }
}
