//! Looking for bytes of a kind, sixteen at a time.
//!
//! Texts here are short: claims, topics. A search that prepares itself for long ones takes longer.

use wide::u8x16;

/// Which bytes of a word are such: all bits of those are set.
pub(crate) type Found = u8x16;

/// Sixteen bytes. Its functions tell which of them are such.
#[derive(Clone, Copy)]
pub(crate) struct Word(u8x16);

impl Word {
    /// Bytes that are less than `limit`.
    #[inline]
    pub(crate) fn less(self, limit: u8) -> Found {
        self.0.simd_lt(u8x16::splat(limit))
    }

    /// Bytes that are `byte`.
    #[inline]
    pub(crate) fn is(self, byte: u8) -> Found {
        self.0.simd_eq(u8x16::splat(byte))
    }

    /// Bytes that are more than `limit`.
    #[inline]
    pub(crate) fn more(self, limit: u8) -> Found {
        self.0.simd_gt(u8x16::splat(limit))
    }
}

const SIZE: usize = 16;

/// Where the first byte is, from `at` on, that `such` finds in a word; or where the bytes end.
#[inline]
pub(crate) fn find(bytes: &[u8], mut at: usize, such: impl Fn(Word) -> Found) -> usize {
    let found = |word: [u8; SIZE]| such(Word(u8x16::new(word))).to_bitmask();
    let mut rest = bytes.get(at..).unwrap_or_default();
    while let Some((word, after)) = rest.split_first_chunk() {
        let found = found(*word);
        if found != 0 {
            return at.wrapping_add(found.trailing_zeros() as usize);
        }
        at = at.wrapping_add(SIZE);
        rest = after;
    }
    // What is left, at the end of a word that has more before it, or zeros.
    let left = rest.len();
    let found = if let Some(last) = bytes.last_chunk() {
        found(*last) >> SIZE.saturating_sub(left)
    } else {
        let mut word = [0; SIZE];
        if let Some(word) = word.get_mut(..left) {
            word.copy_from_slice(rest);
        }
        found(word)
    };
    at.wrapping_add(left.min(found.trailing_zeros() as usize))
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
        for len in 0..70 {
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
            for len in [11, 16, 27] {
                let bytes = vec![byte; len];
                let special = find(&bytes, 0, |word| word.is(b'+') | word.less(b' '));
                let expected = if byte == b'+' || byte < b' ' { 0 } else { len };
                assert_eq!(special, expected, "{byte}");
                let no_digit = find(&bytes, 0, |word| word.less(b'0') | word.more(b'9'));
                let expected = if byte.is_ascii_digit() { len } else { 0 };
                assert_eq!(no_digit, expected, "{byte}");
            }
        }
    }
}
