//! The sampler of a handle at work.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Sampler;
use super::ratio::{self, RANGE};
use crate::site::Site;
use crate::telemetry::{KeptFor, LeftOut};

/// Decides at their root which traces are sampled. Ratios are bounds of trace ids.
#[derive(Debug)]
pub(crate) struct Sampling {
    bound: u64,
    by_root: HashMap<Cow<'static, str>, u64>,
    respects_parents: bool,
}

impl Sampling {
    pub(crate) fn new(Sampler { ratio, roots, respects_parents }: Sampler) -> Sampling {
        let by_root = roots.into_iter().map(|(name, ratio)| (name, ratio::bound(ratio))).collect();
        Sampling { bound: ratio::bound(ratio), by_root, respects_parents }
    }

    #[inline]
    pub(crate) fn samples(&self, root: &'static Site, trace_id: u128, parent: Option<bool>) -> bool {
        match parent {
            Some(sampled) if self.respects_parents => sampled,
            _ => ratio::is_within(trace_id, self.bound_of(root)),
        }
    }

    /// Why a trace was sampled.
    #[inline]
    pub(crate) fn sampled_for(&self, root: &'static Site, has_parent: bool) -> KeptFor {
        match (has_parent && self.respects_parents, self.bound_of(root)) {
            (true, _) => KeptFor::Parent,
            (false, RANGE) => KeptFor::Always,
            (false, _) => KeptFor::Ratio,
        }
    }

    /// Why a trace was not sampled.
    #[inline]
    pub(crate) fn left_out_for(&self, has_parent: bool) -> LeftOut {
        if has_parent && self.respects_parents { LeftOut::Parent } else { LeftOut::Ratio }
    }

    /// The part of the traces that is sampled; `None` where a parent has decided, by a rate of its own.
    pub(crate) fn rate(&self, root: &'static Site, has_parent: bool) -> Option<f64> {
        (!has_parent || !self.respects_parents).then(|| ratio::ratio_of(self.bound_of(root)))
    }

    #[inline]
    fn bound_of(&self, root: &'static Site) -> u64 {
        if self.by_root.is_empty() {
            return self.bound;
        }
        self.by_root.get(root.span_name()).copied().unwrap_or(self.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::{Sampler, Sampling};
    use crate::telemetry::{KeptFor, named_root};

    #[test]
    fn a_parents_decision_is_respected_unless_it_is_ignored() {
        let samples = |sampler, parent| Sampling::new(sampler).samples(named_root("root"), 1, Some(parent));
        assert!(samples(Sampler::always_off(), true));
        assert!(!samples(Sampler::always_on(), false));
        assert!(!samples(Sampler::always_off().ignoring_parents(), true));
        assert!(samples(Sampler::always_on().ignoring_parents(), false));
    }

    #[test]
    fn a_root_may_have_a_ratio_of_its_own() {
        let sampling = Sampling::new(Sampler::ratio(0.5).root("health", 0.0).root("order", 1.0));
        let [health, order, other] = ["health", "order", "other"].map(named_root);
        let low = u128::from(u64::MAX);
        let sampled = [health, order, other].map(|root| [0, low].map(|id| sampling.samples(root, id, None)));
        assert_eq!(sampled, [[false, false], [true, true], [true, false]]);
        assert!(sampling.samples(health, low, Some(true)), "its parent was sampled");
        let reasons = [order, other].map(|root| sampling.sampled_for(root, false));
        assert_eq!(reasons, [KeptFor::Always, KeptFor::Ratio]);
        assert_eq!([health, order, other].map(|root| sampling.rate(root, false)), [0.0, 1.0, 0.5].map(Some));
    }
}
