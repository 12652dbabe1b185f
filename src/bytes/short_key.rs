//! Names of members as numbers, so that most are told apart and found without a look at their bytes.

/// The ends of a name, and its length. Names are mostly short: of one of up to 16 bytes this is all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ends {
    first: u64,
    last: u64,
    len: usize,
}

impl Ends {
    #[inline]
    pub(crate) fn of(name: &[u8]) -> Self {
        let (first, last) = if let Some(first) = name.first_chunk::<8>()
            && let Some(last) = name.last_chunk()
        {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let Some(first) = name.first_chunk::<4>()
            && let Some(last) = name.last_chunk()
        {
            let [first, last] = [*first, *last].map(u32::from_le_bytes);
            (first.into(), last.into())
        } else {
            let byte = |at| u64::from(name.get(at).copied().unwrap_or_default());
            (byte(0), (byte(1) << 8) | (byte(2) << 16))
        };
        let len = name.len();
        Self { first, last, len }
    }

    /// Whether another name of the same ends may be another.
    #[inline]
    pub(crate) fn leave_out_some(self) -> bool {
        self.len > 16
    }

    /// One number of them. Its upper bits are the best.
    #[inline]
    pub(crate) fn hash(self) -> u64 {
        // The fraction of the golden ratio.
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let ends = self.first.wrapping_mul(ODD).wrapping_add(self.last);
        ends.wrapping_add(self.len as u64).wrapping_mul(ODD)
    }
}
