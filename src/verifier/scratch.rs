//! Buffers of one thread, used again for each check, so that a check allocates nothing.

use std::cell::Cell;

use crate::acl;
use crate::stats::LaneNumber;
use crate::token::{PayloadBuffers, SignatureBuffers, TokenBuffers};

/// The buffers of each stage, and where the thread counts: what a check needs of its thread.
#[derive(Default)]
pub(super) struct Scratch {
    /// Where the thread counts.
    pub(super) lane: LaneNumber,
    pub(super) token: TokenBuffers,
    pub(super) payload: PayloadBuffers,
    pub(super) later: Later,
}

/// The buffers of the stages after the issuer is chosen.
#[derive(Default)]
pub(super) struct Later {
    pub(super) signature: SignatureBuffers,
    pub(super) acl: acl::Buffers,
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

impl Scratch {
    /// Lends the thread's buffers. If they are in use, or the thread is about to end, `work` gets
    /// new ones.
    pub(super) fn lend<R>(work: impl FnOnce(&mut Self) -> R) -> R {
        let mut scratch = SCRATCH
            .try_with(Cell::take)
            .ok()
            .flatten()
            .unwrap_or_default();
        let result = work(&mut scratch);
        if scratch.size() <= Self::LARGEST {
            let _ = SCRATCH.try_with(|cell| cell.set(Some(scratch)));
        }
        result
    }

    /// What a thread may keep, in bytes: enough for tokens of the default `max_token_size`.
    const LARGEST: usize = 1 << 18;

    fn size(&self) -> usize {
        [
            self.token.size(),
            self.payload.size(),
            self.later.signature.size(),
            self.later.acl.size(),
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}
