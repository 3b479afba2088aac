//! SQL text as tokens: as much of its grammar as it takes to tell names from values, without losing a byte.

/// Where the databases read the same characters differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `PostgreSQL`.
    Postgres,
    /// `MySQL` and `MariaDB`.
    MySql,
    /// `SQLite`.
    Sqlite,
    /// Standard SQL, for databases that are not known here.
    Other,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Dialect; 4] = [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite, Dialect::Other];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Space,
    Comment,
    /// A keyword or a bare name.
    Word,
    /// A name in quotes.
    Quoted,
    /// A string or a number.
    Literal,
    /// `?`, `$1`, `:name`, `@name`.
    Placeholder,
    /// One character of anything else; `::` is two.
    Punct,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind,
    pub(crate) text: &'s str,
}

impl Token<'_> {
    pub(crate) fn is_punct(self, punct: &str) -> bool {
        self.kind == Kind::Punct && self.text == punct
    }

    /// `word` in upper case.
    pub(crate) fn is_word(self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }
}

/// The tokens of a text, spaces and comments included. Linear in the text's length, and sound on any text: what is
/// opened and never closed is a literal that reaches to the end.
pub(crate) struct Tokens<'s> {
    rest: &'s str,
    dialect: Dialect,
}

impl<'s> Tokens<'s> {
    pub(crate) fn new(sql: &'s str, dialect: Dialect) -> Tokens<'s> {
        Tokens { rest: sql, dialect }
    }
}

impl<'s> Iterator for Tokens<'s> {
    type Item = Token<'s>;

    fn next(&mut self) -> Option<Token<'s>> {
        let (kind, length) = scan(self.rest.as_bytes(), self.dialect)?;
        // Every token ends before an ASCII character, after one, or at the end of the text.
        let (text, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        Some(Token { kind, text })
    }
}

fn scan(sql: &[u8], dialect: Dialect) -> Option<(Kind, usize)> {
    let first = *sql.first()?;
    let second = sql.get(1).copied().unwrap_or(0);
    Some(match first {
        b' ' | b'\t'..=b'\r' => (Kind::Space, run(sql, 0, |byte| matches!(byte, b' ' | b'\t'..=b'\r'))),
        b'-' if second == b'-' && starts_comment(sql, dialect) => (Kind::Comment, line(sql)),
        b'#' if dialect == Dialect::MySql => (Kind::Comment, line(sql)),
        b'/' if second == b'*' => (Kind::Comment, block_comment(sql, dialect == Dialect::Postgres)),
        b'\'' => (Kind::Literal, quoted(sql, 0, b'\'', dialect == Dialect::MySql).end()),
        b'"' => match quoted(sql, 0, b'"', dialect == Dialect::MySql) {
            Quotes::Closed(end) if dialect != Dialect::MySql => (Kind::Quoted, end),
            quotes => (Kind::Literal, quotes.end()),
        },
        b'`' if dialect != Dialect::Postgres => name_in(quoted(sql, 0, b'`', false)),
        b'[' if dialect == Dialect::Sqlite => name_in(quoted(sql, 0, b']', false)),
        b'$' => dollar(sql),
        b'?' if dialect == Dialect::Postgres => (Kind::Placeholder, 1),
        b'?' => (Kind::Placeholder, run(sql, 1, |byte| byte.is_ascii_digit())),
        b':' if second == b':' => (Kind::Punct, 2),
        b':' | b'@' if dialect != Dialect::Postgres && (is_word(second) || second == b'@') => {
            (Kind::Placeholder, run(sql, 2, is_word))
        }
        b'0'..=b'9' => (Kind::Literal, number(sql)),
        b'.' if second.is_ascii_digit() => (Kind::Literal, number(sql)),
        _ if is_word(first) => word(sql, dialect),
        _ => (Kind::Punct, 1),
    })
}

/// A byte of a name or keyword; all of what is not ASCII belongs to names.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii()
}

/// Where the run of matching bytes ends that starts at `from`.
fn run(sql: &[u8], from: usize, matches: impl Fn(u8) -> bool) -> usize {
    let from = from.min(sql.len());
    from + sql[from..].iter().take_while(|byte| matches(**byte)).count()
}

/// In `MySQL`, `5--3` is a subtraction.
fn starts_comment(sql: &[u8], dialect: Dialect) -> bool {
    dialect != Dialect::MySql || sql.get(2).is_none_or(|byte| *byte <= b' ')
}

fn line(sql: &[u8]) -> usize {
    run(sql, 0, |byte| byte != b'\n')
}

fn block_comment(sql: &[u8], nests: bool) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < sql.len() {
        match &sql[at..sql.len().min(at + 2)] {
            b"/*" if nests || depth == 0 => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    break;
                }
            }
            _ => at += 1,
        }
    }
    at
}

#[derive(Clone, Copy)]
enum Quotes {
    Closed(usize),
    /// To the end of the text.
    Open(usize),
}

impl Quotes {
    fn end(self) -> usize {
        let (Quotes::Closed(end) | Quotes::Open(end)) = self;
        end
    }
}

/// What stands in quotes from `start` on; the closing quote doubled is one of its characters.
fn quoted(sql: &[u8], start: usize, close: u8, escapes: bool) -> Quotes {
    let mut at = start + 1;
    while at < sql.len() {
        if escapes && sql[at] == b'\\' {
            at += 2;
        } else if sql[at] != close {
            at += 1;
        } else if sql.get(at + 1) == Some(&close) {
            at += 2;
        } else {
            return Quotes::Closed(at + 1);
        }
    }
    Quotes::Open(sql.len())
}

fn name_in(quotes: Quotes) -> (Kind, usize) {
    match quotes {
        Quotes::Closed(end) => (Kind::Quoted, end),
        // Nobody can say what it was meant to be, so it is not shown.
        Quotes::Open(end) => (Kind::Literal, end),
    }
}

/// `$1`, `$name`, `$$text$$`, `$tag$text$tag$`.
fn dollar(sql: &[u8]) -> (Kind, usize) {
    let end = run(sql, 1, |byte| is_word(byte) && byte != b'$');
    if sql.get(end) != Some(&b'$') || sql[1].is_ascii_digit() {
        return if end == 1 { (Kind::Punct, 1) } else { (Kind::Placeholder, end) };
    }
    let tag = &sql[..=end];
    let mut at = tag.len();
    // Each step goes past a dollar, and a tag holds none within, so no byte is compared more than twice.
    while let Some(dollar) = sql[at..].iter().position(|byte| *byte == b'$') {
        at += dollar;
        if sql[at..].starts_with(tag) {
            return (Kind::Literal, at + tag.len());
        }
        at += 1;
    }
    (Kind::Literal, sql.len())
}

/// `1`, `1.5e-3`, `0xff`, `1_000`.
fn number(sql: &[u8]) -> usize {
    let hexadecimal = matches!(sql, [b'0', b'x' | b'X', ..]);
    let mut at = 1;
    while let Some(byte) = sql.get(at) {
        let exponent = !hexadecimal && matches!(sql[at - 1], b'e' | b'E');
        let signed =
            exponent && matches!(byte, b'+' | b'-') && sql.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || signed) {
            break;
        }
        at += 1;
    }
    at
}

/// A name or keyword, or the letter before a string with it: `E'…'`, `x'…'`.
fn word(sql: &[u8], dialect: Dialect) -> (Kind, usize) {
    let end = run(sql, 0, is_word);
    let prefix = end == 1 && matches!(sql[0].to_ascii_lowercase(), b'b' | b'e' | b'n' | b'x');
    if prefix && sql.get(1) == Some(&b'\'') {
        let escapes = sql[0].eq_ignore_ascii_case(&b'e') || dialect == Dialect::MySql;
        return (Kind::Literal, quoted(sql, 1, b'\'', escapes).end());
    }
    (Kind::Word, end)
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Kind, Tokens};

    /// The tokens without spaces, as `kind:text`.
    fn tokens(sql: &str, dialect: Dialect) -> String {
        let shown = Tokens::new(sql, dialect).filter(|token| token.kind != Kind::Space).map(|token| {
            let kind = match token.kind {
                Kind::Space => ' ',
                Kind::Comment => 'c',
                Kind::Word => 'w',
                Kind::Quoted => 'q',
                Kind::Literal => 'l',
                Kind::Placeholder => 'p',
                Kind::Punct => '.',
            };
            format!("{kind}:{}", token.text)
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_values_and_placeholders_are_told_apart() {
        let all = [
            ("a1 = $1", "w:a1 .:= p:$1"),
            ("?1 :a @b $c", "p:?1 p::a p:@b p:$c"),
            ("x::text", "w:x .::: w:text"),
            ("'it''s' 'b'", "l:'it''s' l:'b'"),
            (r"E'it\'s' x", r"l:E'it\'s' w:x"),
            ("x'ff' N'é'", "l:x'ff' l:N'é'"),
            ("1.5e-3-2 0xffe-1 .5 1_000", "l:1.5e-3 .:- l:2 l:0xffe .:- l:1 l:.5 l:1_000"),
            ("$$a'b$$ $t$ $$ $t$ x", "l:$$a'b$$ l:$t$ $$ $t$ w:x"),
            (r#""a""b" `c` [d e]"#, r#"q:"a""b" q:`c` q:[d e]"#),
            ("a--b\nc/*d*/e", "w:a c:--b w:c c:/*d*/ w:e"),
            ("größe", "w:größe"),
            ("'open", "l:'open"),
            ("\"open", "l:\"open"),
            ("$t$open", "l:$t$open"),
        ];
        for (sql, expected) in all {
            assert_eq!(tokens(sql, Dialect::Sqlite), expected, "{sql}");
        }
    }

    #[test]
    fn dialects_differ() {
        assert_eq!(tokens("/*/**/*/a", Dialect::Postgres), "c:/*/**/*/ w:a");
        assert_eq!(tokens("/*/**/a", Dialect::Sqlite), "c:/*/**/ w:a");
        assert_eq!(tokens("a[1:2]", Dialect::Postgres), "w:a .:[ l:1 .:: l:2 .:]");
        assert_eq!(tokens("a @5", Dialect::Postgres), "w:a .:@ l:5");
        assert_eq!(tokens(r#"'it\'s' "x" #c"#, Dialect::MySql), r#"l:'it\'s' l:"x" c:#c"#);
        assert_eq!(tokens(r"'\' x", Dialect::Postgres), r"l:'\' w:x");
        assert_eq!(tokens("5--3 -- x", Dialect::MySql), "l:5 .:- .:- l:3 c:-- x");
        assert_eq!(tokens("@@session.x", Dialect::MySql), "p:@@session .:. w:x");
    }
}
