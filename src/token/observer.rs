//! Who is told of what a stage finds, beside the stage after it.

use crate::host::log::Log;
use crate::keys::KeyIdentity;
use crate::stats::Lane;

/// The log, and the counters of the thread.
#[derive(Clone, Copy)]
pub(crate) struct Observer<'o> {
    pub(crate) log: &'o Log,
    pub(crate) lane: &'o Lane,
    /// Whose keys are counted, by its name in the statistics.
    pub(crate) issuer: &'o str,
}

impl Observer<'_> {
    /// A key made a signature good.
    #[inline]
    pub(super) fn count(self, key: &KeyIdentity) {
        (self.lane).key(&key.series, self.issuer, key.kid.as_deref());
    }

    /// Finds where a key is counted.
    pub(super) fn find(self, key: &KeyIdentity) {
        (self.lane).find(&key.series, self.issuer, key.kid.as_deref());
    }
}
