//! Nothing is shown: this takes no room and no time.

use crate::outcome::Outcome;
use crate::site::Site;

pub(crate) struct TracingSpan;

impl TracingSpan {
    #[inline(always)]
    pub(crate) const fn none() -> TracingSpan {
        TracingSpan
    }

    #[inline(always)]
    pub(crate) fn open(&mut self, _: &'static Site) {
        let TracingSpan = self;
    }

    #[inline(always)]
    pub(crate) fn enter(&self) {
        let TracingSpan = self;
    }

    #[inline(always)]
    pub(crate) fn exit(&self) {
        let TracingSpan = self;
    }

    #[inline(always)]
    pub(crate) fn close(&mut self, _: Outcome) {
        let TracingSpan = self;
    }
}

pub(crate) struct SiteCallsite;

impl SiteCallsite {
    pub(crate) const fn new() -> SiteCallsite {
        SiteCallsite
    }
}
