//! The header `baggage`: what an application sends along with a trace, by name (<https://www.w3.org/TR/baggage/>).
//!
//! Members that break the grammar are left out, and so is what is over the bounds; all else is passed on as it came,
//! with its properties.

use opentelemetry::baggage::{self, KeyValueMetadata};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What every platform has to pass on, and what is passed on here.
const MAX_LENGTH: usize = 8_192;
const MAX_MEMBERS: usize = 64;
/// How much of the headers is looked at: whole ones, as long as they are no longer together.
const MAX_READ: usize = 2 * MAX_LENGTH;

/// What a value cannot hold as it is, and `=`, behind which OpenTelemetry's own reader has found the end of a value.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%').add(b'=');

/// A valid list without white space; empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Baggage {
    list: String,
    /// Of the list.
    members: usize,
}

impl Baggage {
    /// Reads the values of all such headers, which are one list.
    pub(crate) fn parse<'h>(headers: impl Iterator<Item = &'h [u8]>) -> Baggage {
        let mut baggage = Baggage::default();
        baggage.read(headers);
        // Its length is what is counted of it.
        baggage.list.shrink_to_fit();
        baggage
    }

    fn read<'h>(&mut self, headers: impl Iterator<Item = &'h [u8]>) {
        let mut unread = MAX_READ;
        for header in headers {
            let Some(left) = unread.checked_sub(header.len()) else { return };
            unread = left;
            for member in header.split(|byte| *byte == b',').filter_map(normal) {
                self.push(&member);
                if self.members == MAX_MEMBERS {
                    return;
                }
            }
        }
    }

    /// The header's value; empty for no header.
    pub(crate) fn header(&self) -> &str {
        &self.list
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The value of a key, decoded; of one that is there twice, the last.
    pub(crate) fn get(&self, key: &str) -> Option<String> {
        self.members().map(split).filter(|member| member.key == key).last().map(Member::decoded)
    }

    /// Sets a key to a value, in its place or at the end. What would break the grammar or the bounds is not done, which
    /// it says.
    pub(crate) fn set(&mut self, key: &str, value: &str) -> bool {
        self.set_encoded(key, &format!("{key}={}", utf8_percent_encode(value, ENCODED)))
    }

    fn set_encoded(&mut self, key: &str, member: &str) -> bool {
        let Some(member) = normal(member.as_bytes()).filter(|member| split(member).key == key) else {
            return false;
        };
        let (mut list, mut unplaced) = (Baggage::default(), Some(&*member));
        for other in self.members() {
            let is_it = split(other).key == key;
            if let Some(next) = if is_it { unplaced.take() } else { Some(other) }
                && !list.push(next)
            {
                return false;
            }
        }
        let fits = unplaced.is_none_or(|member| list.push(member));
        if fits {
            list.list.shrink_to_fit();
            *self = list;
        }
        fits
    }

    pub(crate) fn of(theirs: &baggage::Baggage) -> Baggage {
        let mut members: Vec<_> = theirs.iter().collect();
        // They have no order of their own.
        members.sort_by_key(|(key, _)| *key);
        let mut own = Baggage::default();
        for (key, (value, properties)) in members {
            let value = utf8_percent_encode(value.as_str(), ENCODED);
            let properties = [properties.as_str()].into_iter().filter(|text| !text.is_empty());
            let text = properties.fold(format!("{key}={value}"), |text, more| text + ";" + more);
            own.set_encoded(key.as_str(), &text);
        }
        own
    }

    pub(crate) fn to_otel(&self) -> baggage::Baggage {
        let theirs = |member: Member<'_>| {
            KeyValueMetadata::new(member.key.to_owned(), member.decoded(), member.properties)
        };
        self.members().map(split).map(theirs).collect()
    }

    fn members(&self) -> impl Iterator<Item = &str> {
        self.list.split(',').filter(|member| !member.is_empty())
    }

    /// Memory that it does not need.
    #[cfg(test)]
    pub(super) fn spare(&self) -> usize {
        self.list.capacity() - self.list.len()
    }

    /// Adds a member, if there is room.
    fn push(&mut self, member: &str) -> bool {
        let comma = usize::from(!self.list.is_empty());
        let fits = self.list.len() + comma + member.len() <= MAX_LENGTH && self.members < MAX_MEMBERS;
        if fits {
            self.list.push_str(&","[..comma]);
            self.list.push_str(member);
            self.members += 1;
        }
        fits
    }
}

/// A member of a valid list.
#[derive(Clone, Copy)]
struct Member<'m> {
    key: &'m str,
    value: &'m str,
    properties: &'m str,
}

impl Member<'_> {
    /// What is not UTF-8 is replaced, as the recommendation says.
    fn decoded(self) -> String {
        percent_decode_str(self.value).decode_utf8_lossy().into_owned()
    }
}

fn split(member: &str) -> Member<'_> {
    let (member, properties) = member.split_once(';').unwrap_or((member, ""));
    let (key, value) = member.split_once('=').unwrap_or((member, ""));
    Member { key, value, properties }
}

/// A member as it is written, without the white space; `None` for one that breaks the grammar.
fn normal(member: &[u8]) -> Option<String> {
    let member = std::str::from_utf8(member).ok()?;
    let mut parts = member.split(';');
    let mut text = pair(parts.next()?)?;
    for property in parts {
        text.push(';');
        if property.contains('=') {
            text.push_str(&pair(property)?);
        } else {
            text.push_str(Some(trimmed(property)).filter(|key| is_token(key))?);
        }
    }
    Some(text)
}

fn pair(pair: &str) -> Option<String> {
    let (key, value) = pair.split_once('=')?;
    let (key, value) = (trimmed(key), trimmed(value));
    (is_token(key) && value.bytes().all(is_octet)).then(|| format!("{key}={value}"))
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

fn is_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

fn is_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

#[cfg(test)]
mod tests {
    use opentelemetry::baggage::BaggageMetadata;

    use super::Baggage;

    fn read(headers: &[&str]) -> Baggage {
        Baggage::parse(headers.iter().map(|header| header.as_bytes()))
    }

    #[test]
    fn members_are_passed_on_as_they_came_without_their_white_space() {
        let example =
            "key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey = propertyValue";
        let expected = "key1=value1;property1;property2,key2=value2,key3=value3;propertyKey=propertyValue";
        assert_eq!(read(&[example]).header(), expected);
        let split = read(&["userId =   alice", "serverNode=DF%2028,\tisProduction=false\t", ""]);
        assert_eq!(split.header(), "userId=alice,serverNode=DF%2028,isProduction=false");
        assert_eq!(split.get("serverNode").as_deref(), Some("DF 28"));
        assert_eq!(split.get("nobody"), None);
        assert_eq!(read(&["a=1=2==,a=%FF,b="]).get("a").as_deref(), Some("\u{fffd}"));
    }

    #[test]
    fn a_member_that_breaks_the_grammar_is_left_out() {
        for bad in [
            "novalue", "=1", "k k=1", "k=a b", "k=\"a\"", "k=é", "k=1;", "k=1;p p", "k=1;p=\\", "k(=1", "",
            " ",
        ] {
            assert_eq!(read(&["a=1", bad, "b=2"]).header(), "a=1,b=2", "{bad}");
        }
        assert!(Baggage::parse([&b"a=\xff"[..]].into_iter()).is_empty());
    }

    #[test]
    fn the_list_is_bounded() {
        let many: Vec<String> = (0..70).map(|number| format!("k{number}=v")).collect();
        let kept = read(&[&many.join(",")]);
        assert_eq!(kept.header(), many[..64].join(","));
        let long = format!("long={}", "x".repeat(8_187));
        assert_eq!(read(&[&long]).header(), long);
        assert_eq!(read(&["a=1", &long, "b=2"]).header(), "a=1,b=2");
        assert!(read(&[&" ".repeat(1 << 20), "a=1"]).is_empty(), "what follows is not looked for");
    }

    #[test]
    fn a_key_is_set_in_its_place() {
        let mut baggage = read(&["a=1;p,b=2,a=3"]);
        assert!(baggage.set("a", "é, 100 %"));
        assert_eq!(baggage.header(), "a=%C3%A9%2C%20100%20%25,b=2");
        assert_eq!(baggage.get("a").as_deref(), Some("é, 100 %"));
        assert!(baggage.set("c", ""));
        assert_eq!(baggage.get("c").as_deref(), Some(""));
        let before = baggage.clone();
        for key in ["", "k k", "a=b", "é", " a", "a;b"] {
            assert!(!baggage.set(key, "1"), "{key}");
        }
        assert!(!baggage.set("long", &"x".repeat(8_192)));
        assert_eq!(baggage, before);
    }

    #[test]
    fn opentelemetry_has_the_same() {
        let own = read(&["a=DF%2028;p;q=1,b=2"]);
        let theirs = own.to_otel();
        let (value, properties) = theirs.get_with_metadata("a").unwrap();
        assert_eq!((value.as_str(), properties), ("DF 28", &BaggageMetadata::from("p;q=1")));
        assert_eq!(Baggage::of(&theirs), own);
    }
}
