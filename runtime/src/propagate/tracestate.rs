//! The header `tracestate`: what other tracing systems say of a trace, passed on as it came.
//!
//! A list that breaks the recommendation's grammar, names a key twice or has more than 32 members says nothing
//! (<https://www.w3.org/TR/trace-context/#tracestate-header>), as the recommendation's own tests have it.

use opentelemetry::trace;

/// What is passed on of a list at least, and here at most.
const MAX_LENGTH: usize = 512;
const MAX_MEMBERS: usize = 32;
/// Where not all of a list is passed on, members longer than this go first.
const LONG_MEMBER: usize = 128;
/// A longer list is not read at all: that many members cannot be so long.
const MAX_READ: usize = MAX_MEMBERS * (2 * 256 + 8);

/// A valid list without white space; empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TraceState(Box<str>);

impl TraceState {
    /// Reads the values of all such headers, which are one list.
    pub(crate) fn parse<'h>(headers: impl Iterator<Item = &'h [u8]>) -> TraceState {
        let mut members = Vec::new();
        let mut length = 0;
        for header in headers {
            length += header.len();
            if length > MAX_READ || !read(header, &mut members) {
                return TraceState::default();
            }
        }
        shorten(&mut members);
        TraceState(members.join(",").into())
    }

    /// The header's value; empty for no header.
    pub(crate) fn header(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn of(theirs: &trace::TraceState) -> TraceState {
        TraceState::parse([theirs.header().as_bytes()].into_iter())
    }

    /// Without the members that OpenTelemetry refuses, which are those of a system with the longest possible name.
    pub(crate) fn to_otel(&self) -> trace::TraceState {
        let is_theirs = |member: &(&str, &str)| trace::TraceState::from_key_value([*member]).is_ok();
        let members = self.0.split(',').filter_map(|member| member.split_once('=')).filter(is_theirs);
        trace::TraceState::from_key_value(members).unwrap_or_default()
    }
}

/// Adds a header's members; says whether the list is still a valid one.
fn read<'h>(header: &'h [u8], members: &mut Vec<&'h str>) -> bool {
    let Ok(header) = std::str::from_utf8(header) else { return false };
    for member in header.split(',').map(|member| member.trim_matches([' ', '\t'])) {
        // The grammar allows for empty members, and whoever joins headers makes some.
        if member.is_empty() {
            continue;
        }
        let Some((key, value)) = member.split_once('=') else { return false };
        let repeated = members.iter().any(|other| other.split_once('=').is_some_and(|(seen, _)| seen == key));
        if repeated || members.len() == MAX_MEMBERS || !is_key(key) || !is_value(value) {
            return false;
        }
        members.push(member);
    }
    true
}

/// Drops whole members until the list is short enough: long ones first, and then from its end, where the oldest are.
fn shorten(members: &mut Vec<&str>) {
    let length = |members: &[&str]| members.iter().map(|member| member.len() + 1).sum::<usize>();
    while length(members) > MAX_LENGTH + 1 {
        match members.iter().rposition(|member| member.len() > LONG_MEMBER) {
            Some(long) => drop(members.remove(long)),
            None => drop(members.pop()),
        }
    }
}

/// `key`, or `tenant@system`.
fn is_key(key: &str) -> bool {
    match key.split_once('@') {
        Some((tenant, system)) => {
            is_name(tenant, 241)
                && is_name(system, 14)
                && system.starts_with(|c: char| c.is_ascii_lowercase())
        }
        None => is_name(key, 256),
    }
}

/// A digit may come first, as the second level of the recommendation allows.
fn is_name(name: &str, most: usize) -> bool {
    let begins = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let goes_on = |byte: u8| begins(byte) || matches!(byte, b'_' | b'-' | b'*' | b'/');
    name.len() <= most && name.bytes().next().is_some_and(begins) && name.bytes().all(goes_on)
}

/// What ends with a blank was trimmed.
fn is_value(value: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=';
    (1..=256).contains(&value.len()) && value.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::TraceState;

    fn read(headers: &[&str]) -> String {
        let read = TraceState::parse(headers.iter().map(|header| header.as_bytes()));
        assert_eq!(
            TraceState::parse([read.header().as_bytes()].into_iter()),
            read,
            "it is read as it is written"
        );
        read.header().to_owned()
    }

    fn members(count: usize) -> String {
        (0..count).map(|number| format!("bar{number:02}=1")).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn what_others_wrote_is_kept_in_its_order() {
        assert_eq!(read(&["foo=1,bar=2"]), "foo=1,bar=2");
        assert_eq!(read(&["foo=1,bar=2", "rojo=1,congo=2", "baz=3"]), "foo=1,bar=2,rojo=1,congo=2,baz=3");
        assert_eq!(read(&["", "foo=1 \t , \t bar=2,,", "\tbaz=3\t"]), "foo=1,bar=2,baz=3");
        assert_eq!(read(&[]), "");
        assert_eq!(read(&[""]), "");
    }

    #[test]
    fn all_that_the_grammar_allows_is_kept() {
        let value: String = (' '..='~').filter(|c| !matches!(c, ',' | '=')).collect();
        let (key, tenant) = ("abcxyz0189_-*/", "0abcxyz0189_-*/@a-z0-9_-*/");
        for key in [key, tenant, &"z".repeat(256), &format!("{}@{}", "t".repeat(241), "v".repeat(14))] {
            assert_eq!(read(&[&format!("{key}={value}")]), format!("{key}={value}"));
        }
        assert_eq!(read(&[&format!("a={}", "x".repeat(256))]).len(), 258);
        assert_eq!(read(&[&members(32)]), members(32));
    }

    #[test]
    fn opentelemetry_has_the_same() {
        let [list, refused] = ["foo=1,t@v=a b", "t@vvvvvvvvvvvvvv=2"];
        let own = TraceState::parse([list, refused].into_iter().map(str::as_bytes));
        assert_eq!(own.to_otel().header(), list);
        assert_eq!(TraceState::of(&own.to_otel()).header(), list);
    }

    #[test]
    fn one_fault_and_nothing_is_kept() {
        let too_long = [
            format!("{}=1", "z".repeat(257)),
            format!("{}@v=1", "t".repeat(242)),
            format!("t@{}=1", "v".repeat(15)),
            format!("a={}", "x".repeat(257)),
            members(33),
            " ".repeat(20_000),
        ];
        let faults = [
            "foo =1",
            "FOO=1",
            "foo.bar=1",
            "foo@=1",
            "@foo=1",
            "foo@@bar=1",
            "foo@bar@baz=1",
            "foo@1=1",
            "_foo=1",
            "foo",
            "=1",
            "foo=",
            "foo=1=2",
            "foo=é",
            "foo=\u{7f}",
            "foo=1,foo=1",
            "foo=1,foo=2",
            "ok=1",
        ];
        for fault in faults.into_iter().chain(too_long.iter().map(String::as_str)) {
            assert_eq!(read(&["ok=1", fault]), "", "{fault}");
        }
        assert!(TraceState::parse([&b"a=\xff"[..]].into_iter()).is_empty());
    }

    #[test]
    fn a_list_that_is_too_long_loses_long_members_first_and_then_its_end() {
        let (long, short) = ("l".repeat(130), "s".repeat(118));
        let list = format!("l={long},a={short},b={short},c={short},d={short},e={short}");
        assert_eq!(read(&[&list]), format!("a={short},b={short},c={short},d={short}"));
        let list = format!("l={long},a={short},b={short},c={short}");
        assert_eq!(read(&[&list]), list, "493 characters");
    }
}
