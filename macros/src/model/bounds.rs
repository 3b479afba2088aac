//! Bounds in the tokens of a type: where those of `impl A<B> + C` end.

use std::iter::Peekable;

use proc_macro2::{Spacing, TokenStream, TokenTree, token_stream};

pub type Tokens = Peekable<token_stream::IntoIter>;

/// Where a bound ends, and where all of them do.
pub const ENDS_OF_ONE: &[char] = &[',', ';', '+'];
pub const ENDS_OF_ALL: &[char] = &[',', ';'];

/// The tokens up to one of these, or to a `>` that was not opened by them.
pub fn up_to(ends: &[char], tokens: &mut Tokens) -> TokenStream {
    let mut depth = 0;
    let mut goes_on = |next: &TokenTree| {
        let TokenTree::Punct(punct) = next else { return true };
        match punct.as_char() {
            '<' => depth += 1,
            // The minus of `Fn() -> T` makes up for its `>`, which closes nothing.
            '-' if punct.spacing() == Spacing::Joint => depth += 1,
            '>' => depth -= 1,
            end if depth == 0 && ends.contains(&end) => return false,
            _ => {}
        }
        depth >= 0
    };
    let mut taken = TokenStream::new();
    while let Some(token) = tokens.next_if(&mut goes_on) {
        taken.extend([token]);
    }
    taken
}
