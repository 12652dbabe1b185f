//! A short text as two numbers and a length.

/// A text of at most 16 bytes, whole; of a longer one, its first eight bytes, its last eight and its
/// length. Names of members are mostly short, so they are compared and hashed in registers, without a loop
/// over their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShortKey {
    first: u64,
    last: u64,
    len: usize,
}

impl ShortKey {
    /// The key of a text. The two numbers overlap where it has fewer than 16 bytes.
    #[inline]
    pub(crate) fn of(text: &[u8]) -> Self {
        let (first, last) = if let Some(first) = text.first_chunk::<8>()
            && let Some(last) = text.last_chunk()
        {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let Some(first) = text.first_chunk::<4>()
            && let Some(last) = text.last_chunk()
        {
            let [first, last] = [*first, *last].map(u32::from_le_bytes);
            (first.into(), last.into())
        } else {
            let byte = |at| u64::from(text.get(at).copied().unwrap_or_default());
            (byte(0), (byte(1) << 8) | (byte(2) << 16))
        };
        let len = text.len();
        Self { first, last, len }
    }

    /// Whether two texts of this key may differ: in bytes that the key does not hold.
    #[inline]
    pub(crate) fn is_lossy(self) -> bool {
        self.len > 16
    }

    /// A multiplicative hash (Knuth, The Art of Computer Programming, section 6.4). Its upper bits
    /// depend on all bits of the key.
    #[inline]
    pub(crate) fn hash(self) -> u64 {
        // 2^64 divided by the golden ratio.
        const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
        let sum = self.first.wrapping_mul(MULTIPLIER).wrapping_add(self.last);
        sum.wrapping_add(self.len as u64).wrapping_mul(MULTIPLIER)
    }
}
