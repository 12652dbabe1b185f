//! Looking for bytes of a kind, eight at a time.
//!
//! Texts here are short: claims, topics. A search that prepares itself for long ones takes longer.

/// A byte in each of the eight places.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Eight bytes. Its functions set the high bit of each byte that is such; above the first of them, from
/// the low end, they may err.
#[derive(Clone, Copy)]
pub(crate) struct Word(u64);

impl Word {
    /// Bytes that are less than `limit`, which is at most 128.
    #[inline]
    pub(crate) fn less(self, limit: u8) -> u64 {
        // Of a byte below 128, the subtraction borrows exactly if it is less.
        self.0.wrapping_sub(each(limit)) & !self.0
    }

    /// Bytes that are `byte`.
    #[inline]
    pub(crate) fn is(self, byte: u8) -> u64 {
        Self(self.0 ^ each(byte)).less(1)
    }
}

/// Where the first byte is, from `at` on, that `such` finds in a word; or where the bytes end.
#[inline]
pub(crate) fn find(bytes: &[u8], mut at: usize, such: impl Fn(Word) -> u64) -> usize {
    const HIGH: u64 = each(0x80);
    let first = |word: [u8; 8]| {
        let found = such(Word(u64::from_le_bytes(word))) & HIGH;
        (found != 0).then_some(found.trailing_zeros() as usize / 8)
    };
    let mut rest = bytes.get(at..).unwrap_or_default();
    while let Some((word, after)) = rest.split_first_chunk() {
        if let Some(place) = first(*word) {
            return at.saturating_add(place);
        }
        at = at.saturating_add(word.len());
        rest = after;
    }
    // What is left, at the low end of a word that has more before it, and zeros behind it.
    let left = rest.len();
    let word = match (left, bytes.last_chunk()) {
        (0, _) => return at,
        (1..8, Some(last)) => {
            u64::from_le_bytes(*last) >> (64_usize.saturating_sub(left.saturating_mul(8)))
        }
        _ => rest
            .iter()
            .rev()
            .fold(0, |word, byte| (word << 8) | u64::from(*byte)),
    };
    let place = first(word.to_le_bytes()).unwrap_or(left);
    at.saturating_add(place.min(left))
}

#[cfg(test)]
#[allow(
    clippy::indexing_slicing,
    reason = "a test that panics fails, and that is all"
)]
mod tests {
    use super::*;

    #[test]
    fn the_first_such_byte_is_found_wherever_it_is() {
        for len in 0..40 {
            for from in 0..=len {
                let mut bytes = vec![b'a'; len];
                let find = |bytes: &[u8]| find(bytes, from, |word| word.is(b'+') | word.less(b' '));
                assert_eq!(find(&bytes), len, "{len} {from}");
                for at in (0..len).rev() {
                    bytes[at] = if at % 2 == 0 { b'+' } else { 0 };
                    assert_eq!(find(&bytes), at.max(from), "{len} {from} {at}");
                }
            }
        }
    }

    #[test]
    fn no_other_byte_is_taken_for_it() {
        for byte in 0..=u8::MAX {
            let found = find(&[byte; 11], 0, |word| word.is(b'+') | word.less(b' '));
            let expected = if byte == b'+' || byte < b' ' { 0 } else { 11 };
            assert_eq!(found, expected, "{byte}");
        }
    }
}
