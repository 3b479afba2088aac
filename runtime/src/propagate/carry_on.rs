//! What came with a request or a job goes on in its trace, or is counted.

use super::carried::{Carried, change};
use super::{BAGGAGE, TRACESTATE};
use crate::core::Core;
use crate::counters::Counted;
use crate::key::TraceKey;
use crate::names::CONTEXTS_DROPPED;

/// A header that was not carried on.
struct Header(&'static str);

impl Counted for Header {
    fn labels(&'static self) -> Vec<String> {
        vec![self.0.to_owned()]
    }
}

/// Has a trace that begins carry on what it came with; each header of what finds no room is counted.
pub(crate) fn carry_on(core: &Core, key: TraceKey, came: Carried) {
    static HEADERS: [Header; 2] = [Header(TRACESTATE), Header(BAGGAGE)];
    if came.is_empty() {
        return;
    }
    let are_empty = [came.trace_state.is_empty(), came.baggage.is_empty()];
    let is_carried = change(key, |own| {
        *own = came;
        true
    });
    for (header, is_empty) in HEADERS.iter().zip(are_empty) {
        if !is_carried && !is_empty {
            core.counters.add(&CONTEXTS_DROPPED, header);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::carry_on;
    use crate::core::{Core, Rules};
    use crate::key::{Recording, TraceKey};
    use crate::names::CONTEXTS_DROPPED;
    use crate::propagate::{Carried, TraceState};
    use crate::slab;

    #[test]
    fn what_is_not_carried_on_is_counted_by_header() {
        let core = Core::new(Rules::default()).unwrap();
        let trace_state = || TraceState::parse([&b"a=1"[..]].into_iter());
        let mut both = Carried { trace_state: trace_state(), ..Carried::default() };
        assert!(both.baggage.set("tenant", "7"));
        let nowhere = TraceKey::without_slot(core.handle, Recording::Off);
        let (slot, generation) = slab::take(1).unwrap();
        let open = TraceKey::new(core.handle, slot, generation, Recording::Off);
        carry_on(core, nowhere, Carried::default());
        carry_on(core, nowhere, Carried { trace_state: trace_state(), ..Carried::default() });
        carry_on(core, nowhere, both.clone());
        carry_on(core, open, both);
        slab::end_unrecorded(open);
        let count = |header: &str, times| (vec![header.to_owned()], times);
        assert_eq!(core.counters.of(&CONTEXTS_DROPPED), [count("baggage", 1), count("tracestate", 2)]);
    }
}
