//! The header `traceparent`: which span a trace goes on under, and whether it is sampled.
//!
//! What comes from the network is checked by the letter of the recommendation
//! (<https://www.w3.org/TR/trace-context/#traceparent-header>); a header that fails it is ignored, and a new trace
//! starts.

use opentelemetry::trace::{SpanContext, TraceFlags, TraceState};
use opentelemetry::{SpanId, TraceId};

/// A span that is not this trace's, under which it goes on or to which it has a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RemoteParent {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    pub(crate) sampled: bool,
}

/// `version-traceid-parentid-flags`, in lower-case hexadecimal digits.
const LENGTH: usize = 55;
const INVALID_VERSION: u8 = 0xff;
const SAMPLED: u8 = 0x01;

impl RemoteParent {
    /// Parses a header's value. A version that is newer than ours may go on after another dash.
    pub(crate) fn parse(header: &[u8]) -> Option<RemoteParent> {
        let (known, rest) = header.split_at_checked(LENGTH)?;
        let known = std::str::from_utf8(known).ok()?;
        let version = u8::try_from(hex(known, 0..2)?).ok()?;
        let ends_right =
            if version == 0 { rest.is_empty() } else { rest.first().is_none_or(|next| *next == b'-') };
        let dashes = [2, 35, 52].iter().all(|dash| known.as_bytes()[*dash] == b'-');
        if version == INVALID_VERSION || !ends_right || !dashes {
            return None;
        }
        let trace_id = hex(known, 3..35)?;
        let span_id = u64::try_from(hex(known, 36..52)?).ok()?;
        let flags = u8::try_from(hex(known, 53..55)?).ok()?;
        (trace_id != 0 && span_id != 0).then_some(RemoteParent {
            trace_id,
            span_id,
            sampled: flags & SAMPLED != 0,
        })
    }

    /// The header's value, of the recommendation's version 00: all flags but the one that it knows are zero.
    pub(crate) fn header(self) -> String {
        let flags = if self.sampled { SAMPLED } else { 0 };
        format!("00-{:032x}-{:016x}-{flags:02x}", self.trace_id, self.span_id)
    }

    /// `None` for a context that is not valid.
    pub(crate) fn of(context: &SpanContext) -> Option<RemoteParent> {
        context.is_valid().then(|| RemoteParent {
            trace_id: u128::from_be_bytes(context.trace_id().to_bytes()),
            span_id: u64::from_be_bytes(context.span_id().to_bytes()),
            sampled: context.is_sampled(),
        })
    }

    pub(crate) fn span_context(self, is_remote: bool, trace_state: TraceState) -> SpanContext {
        let flags = if self.sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
        SpanContext::new(
            TraceId::from_bytes(self.trace_id.to_be_bytes()),
            SpanId::from_bytes(self.span_id.to_be_bytes()),
            flags,
            is_remote,
            trace_state,
        )
    }
}

fn hex(text: &str, range: std::ops::Range<usize>) -> Option<u128> {
    let digits = text.get(range)?;
    let lower_case = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    lower_case.then(|| u128::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::RemoteParent;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_good_header_is_read() {
        let parent = RemoteParent::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(parent.trace_id, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_eq!(parent.span_id, 0x00f0_67aa_0ba9_02b7);
        assert!(parent.sampled);
        let unsampled = GOOD.replace("-01", "-00");
        assert!(!RemoteParent::parse(unsampled.as_bytes()).unwrap().sampled);
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        for header in [GOOD, &GOOD.replace("-01", "-00")] {
            assert_eq!(RemoteParent::parse(header.as_bytes()).unwrap().header(), header);
        }
        let newer = RemoteParent::parse(b"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff-x");
        assert_eq!(newer.unwrap().header(), GOOD);
    }

    #[test]
    fn a_newer_version_may_be_longer() {
        let newer = GOOD.replacen("00", "cc", 1);
        assert!(RemoteParent::parse(newer.as_bytes()).is_some());
        assert!(RemoteParent::parse(format!("{newer}-what-comes").as_bytes()).is_some());
        assert!(RemoteParent::parse(format!("{newer}.what").as_bytes()).is_none());
    }

    #[test]
    fn what_the_recommendation_forbids_is_ignored() {
        let long = format!("{GOOD}-{}", "a".repeat(4_096));
        for bad in [
            "",
            "00",
            &GOOD[..54],
            &format!("{GOOD}0"),
            &long,
            &GOOD.to_uppercase(),
            &GOOD.replacen("00", "ff", 1),
            &GOOD.replace('-', "_"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e47é-00f067aa0ba902b7-01",
        ] {
            assert_eq!(RemoteParent::parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(RemoteParent::parse(&[0xff; 55]), None);
    }
}
