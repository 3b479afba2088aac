//! Rules of input for what people write.

/// A rule: a line has no control characters. `PostgreSQL` refuses NUL in a text, and none of the others belongs into a name.
pub(crate) fn line<C>(text: &str, _: &C) -> garde::Result {
    refuse(text, char::is_control)
}

/// A rule: a text may have lines and tabs, and no other control characters.
pub(crate) fn lines<C>(text: &str, _: &C) -> garde::Result {
    refuse(text, |character| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
}

fn refuse(text: &str, is_refused: impl Fn(char) -> bool) -> garde::Result {
    if text.contains(is_refused) {
        return Err(garde::Error::new("it has control characters"));
    }
    Ok(())
}
