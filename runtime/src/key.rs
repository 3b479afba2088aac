//! The number by which a context names its trace.

/// A telemetry handle, a slot of the slab with its generation, and what becomes of the trace's spans, in 64 bits.
/// Zero is no trace: handles are numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TraceKey(u64);

const HANDLE_BITS: u32 = 12;
const SLOT_BITS: u32 = 20;
const GENERATION_BITS: u32 = 30;
const RECORDING_BITS: u32 = 2;

const GENERATION_SHIFT: u32 = RECORDING_BITS;
const SLOT_SHIFT: u32 = GENERATION_SHIFT + GENERATION_BITS;
const HANDLE_SHIFT: u32 = SLOT_SHIFT + SLOT_BITS;
const _: () = assert!(HANDLE_SHIFT + HANDLE_BITS == 64, "the parts fill the key");

/// What becomes of the spans of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recording {
    /// Nothing: they are measured only.
    Off,
    /// They wait for the end of their root, which decides.
    Buffered,
    /// They are exported.
    Sampled,
}

impl Recording {
    const fn bits(self) -> u64 {
        match self {
            Recording::Off => 0b00,
            Recording::Buffered => 0b01,
            Recording::Sampled => 0b11,
        }
    }
}

impl TraceKey {
    pub(crate) const NONE: TraceKey = TraceKey(0);
    /// The most traces that can be open at once in a process.
    pub(crate) const SLOTS: usize = 1 << SLOT_BITS;
    /// The most telemetry handles that a process can make.
    pub(crate) const HANDLES: usize = 1 << HANDLE_BITS;

    #[inline]
    pub(crate) fn new(handle: u16, slot: u32, generation: u32, recording: Recording) -> TraceKey {
        TraceKey(
            (u64::from(handle) << HANDLE_SHIFT)
                | (u64::from(slot) << SLOT_SHIFT)
                | (u64::from(generation) << GENERATION_SHIFT)
                | recording.bits(),
        )
    }

    /// Under a handle, without a slot: what there is when the slab is full.
    pub(crate) fn without_slot(handle: u16, recording: Recording) -> TraceKey {
        TraceKey::new(handle, 0, 0, recording)
    }

    #[inline]
    pub(crate) fn has_slot(self) -> bool {
        self.generation() != 0
    }

    #[inline]
    pub(crate) fn next_generation(generation: u32) -> u32 {
        // Generation 0 is that of keys without a slot, and of slots that were never taken.
        ((generation + 1) & ((1 << GENERATION_BITS) - 1)).max(1)
    }

    #[inline]
    pub(crate) fn is_recording(self) -> bool {
        self.0 & Recording::Buffered.bits() != 0
    }

    /// Whether it was decided at the root's start that the trace is exported.
    #[inline]
    pub(crate) fn is_sampled(self) -> bool {
        self.0 & Recording::Sampled.bits() == Recording::Sampled.bits()
    }

    #[inline]
    pub(crate) fn handle(self) -> u16 {
        (self.0 >> HANDLE_SHIFT) as u16
    }

    #[inline]
    pub(crate) fn slot(self) -> u32 {
        ((self.0 >> SLOT_SHIFT) & ((1 << SLOT_BITS) - 1)) as u32
    }

    #[inline]
    pub(crate) fn generation(self) -> u32 {
        ((self.0 >> GENERATION_SHIFT) & ((1 << GENERATION_BITS) - 1)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{Recording, TraceKey};

    #[test]
    fn the_parts_come_back_out() {
        let key = TraceKey::new(4_095, (1 << 20) - 1, (1 << 30) - 1, Recording::Sampled);
        assert_eq!((key.handle(), key.slot(), key.generation()), (4_095, (1 << 20) - 1, (1 << 30) - 1));
        let key = TraceKey::new(1, 0, 1, Recording::Off);
        assert_eq!((key.handle(), key.slot(), key.generation()), (1, 0, 1));
    }

    #[test]
    fn what_becomes_of_spans_is_told_apart() {
        let told = |recording| {
            let key = TraceKey::new(1, 0, 1, recording);
            (key.is_recording(), key.is_sampled())
        };
        assert_eq!(told(Recording::Off), (false, false));
        assert_eq!(told(Recording::Buffered), (true, false));
        assert_eq!(told(Recording::Sampled), (true, true));
    }

    #[test]
    fn a_generation_wraps_past_the_reserved_zero() {
        assert_eq!(TraceKey::next_generation((1 << 30) - 1), 1);
    }
}
