//! Comments.

use super::run;
use crate::dialect::Dialect;

/// The length of the comment that a text begins with.
pub(super) fn comment(sql: &[u8], dialect: Dialect) -> Option<usize> {
    match sql {
        [b'/', b'*', ..] => Some(block(sql, dialect == Dialect::Postgres)),
        // In `MySQL`, `5--3` is a subtraction.
        [b'-', b'-', rest @ ..]
            if dialect != Dialect::MySql || rest.first().is_none_or(|next| is_space(*next)) =>
        {
            Some(line(sql, dialect))
        }
        [b'#', ..] if dialect == Dialect::MySql => Some(line(sql, dialect)),
        // A comment of some databases; an operator has a name or a character of an operator behind it.
        [b'#', next, ..] if dialect == Dialect::Other && is_space(*next) => Some(line(sql, dialect)),
        _ => None,
    }
}

fn is_space(byte: u8) -> bool {
    byte <= b' '
}

fn line(sql: &[u8], dialect: Dialect) -> usize {
    run(sql, 0, |byte| byte != b'\n' && !(byte == b'\r' && dialect == Dialect::Postgres))
}

fn block(sql: &[u8], nests: bool) -> usize {
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
