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
        if scratch.size() > Self::LARGEST {
            scratch.forget_buffers();
        }
        let _ = SCRATCH.try_with(|cell| cell.set(Some(scratch)));
        result
    }

    /// What a thread may keep, in bytes: enough for tokens of the default `max_token_size`.
    const LARGEST: usize = 1 << 18;

    /// The thread goes on counting where it did.
    #[cold]
    fn forget_buffers(&mut self) {
        self.token = TokenBuffers::default();
        self.payload = PayloadBuffers::default();
        self.later = Later::default();
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Token;

    #[test]
    fn a_thread_keeps_its_lane_when_it_forgets_what_a_large_token_took() {
        let lane = Scratch::lend(|scratch| {
            let field = format!("{}.AA.AA", "A".repeat(2 * Scratch::LARGEST));
            let parsed = Token::parse(field.as_bytes(), usize::MAX, &mut scratch.token);
            assert!(parsed.is_err());
            assert!(scratch.size() > Scratch::LARGEST);
            scratch.lane.number()
        });
        // What is free goes to the next who asks.
        let other = LaneNumber::default();
        assert!(other.number() == 0 || other.number() != lane);
        Scratch::lend(|scratch| {
            assert_eq!(scratch.lane.number(), lane);
            assert!(scratch.size() <= Scratch::LARGEST);
        });
    }
}
