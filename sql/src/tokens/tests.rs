use super::{Kind, Tokens};
use crate::dialect::Dialect;

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

fn check(dialect: Dialect, cases: &[(&str, &str)]) {
    for (sql, expected) in cases {
        assert_eq!(tokens(sql, dialect), *expected, "{sql}");
    }
}

#[test]
fn names_values_and_placeholders_are_told_apart() {
    check(
        Dialect::Sqlite,
        &[
            ("a1 = $1", "w:a1 .:= p:$1"),
            ("?1 :a @b $c", "p:?1 p::a p:@b p:$c"),
            ("x::text", "w:x .::: w:text"),
            ("'it''s' 'b'", "l:'it''s' l:'b'"),
            ("x'ff' N'é'", "l:x'ff' l:N'é'"),
            ("1.5e-3-2 0xffe-1 .5 1_000", "l:1.5e-3 .:- l:2 l:0xffe .:- l:1 l:.5 l:1_000"),
            ("$$a'b$$ $t$ $$ $t$ x", "l:$$a'b$$ l:$t$ $$ $t$ w:x"),
            (r#""a""b" `c` [d e]"#, r#"q:"a""b" q:`c` q:[d e]"#),
            ("a--b\nc/*d*/e", "w:a c:--b w:c c:/*d*/ w:e"),
            ("/*/**/a", "c:/*/**/ w:a"),
            (r"e'\', 'x'", r"l:e'\' .:, l:'x'"),
            ("größe", "w:größe"),
            ("a\0b", "w:a .:\0 w:b"),
            ("'open", "l:'open"),
            ("\"open", "l:\"open"),
            ("$t$open", "l:$t$open"),
        ],
    );
}

#[test]
fn postgres() {
    check(
        Dialect::Postgres,
        &[
            ("/*/**/*/a", "c:/*/**/*/ w:a"),
            ("-- a\rb", "c:-- a w:b"),
            ("a[1:2]", "w:a .:[ l:1 .:: l:2 .:]"),
            ("a @5 ?5", "w:a .:@ l:5 p:? l:5"),
            (r"'\' x", r"l:'\' w:x"),
            (r"E'it\'s' x", r"l:E'it\'s' w:x"),
            ("E'a'\n'b\\'c' x", "l:E'a'\n'b\\'c' w:x"),
            (r"E'a' 'b\' x", r"l:E'a' l:'b\' w:x"),
            ("U&'a' u&\"b\" U&c", "l:U&'a' q:u&\"b\" w:U .:& w:c"),
        ],
    );
}

#[test]
fn mysql() {
    check(
        Dialect::MySql,
        &[
            (r#"'it\'s' "x\"" #c"#, r#"l:'it\'s' l:"x\"" c:#c"#),
            ("5--3 -- x", "l:5 .:- .:- l:3 c:-- x"),
            ("@@session.x", "p:@@session .:. w:x"),
            ("2fa 1e5 1e 1e+5 0x1f 0xyz 1.5", "w:2fa l:1e5 w:1e l:1e+5 l:0x1f w:0xyz l:1.5"),
            ("/*!50100 a */ b /* c */", "c:/*!50100 w:a c:*/ w:b c:/* c */"),
            ("_utf8'a'", "w:_utf8 l:'a'"),
        ],
    );
}

#[test]
fn any_other() {
    check(
        Dialect::Other,
        &[
            ("[a b] [1] a[i] [x, 'y']", "q:[a b] .:[ l:1 .:] w:a q:[i] .:[ w:x .:, l:'y' .:]"),
            ("#tasks a # b", "w:#tasks w:a c:# b"),
            ("q'[it's]' nq'!it's!' Q'(a)", "l:q'[it's]' l:nq'!it's!' l:Q'(a)"),
            (r"'a\\' 'b\n' x", r"l:'a\\' l:'b\n' w:x"),
        ],
    );
}

/// To one database the string ends here, to another it does not.
#[test]
fn what_can_be_read_in_two_ways_is_not_shown() {
    for sql in [r"'a\' x 'b'", "'''a' x '''", r#""a\" x "b""#, "\"\"\"a\" x\"\"\""] {
        assert_eq!(tokens(sql, Dialect::Other), format!("l:{sql}"));
    }
}
