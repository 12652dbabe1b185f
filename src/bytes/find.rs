//! Finds the first byte of some class, by vectors of sixteen.
//!
//! Texts here are short: claims, topics. The searches of `memchr` prepare themselves for long ones, which
//! costs more than it saves, and know no classes of bytes.

use wide::u8x16;

/// One lane for each byte of a block: 0xFF where it is a hit, 0 elsewhere.
pub(crate) type Hits = u8x16;

/// Sixteen bytes, compared at once.
#[derive(Clone, Copy)]
pub(crate) struct Block16(u8x16);

impl Block16 {
    /// Hits the bytes that are less than `limit`.
    #[inline]
    pub(crate) fn less(self, limit: u8) -> Hits {
        self.0.simd_lt(u8x16::splat(limit))
    }

    /// Hits the bytes that are `byte`.
    #[inline]
    pub(crate) fn is(self, byte: u8) -> Hits {
        self.0.simd_eq(u8x16::splat(byte))
    }

    /// Hits the bytes that are more than `limit`.
    #[inline]
    pub(crate) fn more(self, limit: u8) -> Hits {
        self.0.simd_gt(u8x16::splat(limit))
    }
}

/// The length of a block in bytes.
const SIZE: usize = 16;

/// The index of the first byte from `at` on that is a hit; without one, the length of `bytes`, or `at` if
/// that is greater.
#[inline]
pub(crate) fn find(bytes: &[u8], mut at: usize, is_hit: impl Fn(Block16) -> Hits) -> usize {
    // Bit N is set if byte N is a hit.
    let hits = |block: [u8; SIZE]| is_hit(Block16(u8x16::new(block))).to_bitmask();
    let mut rest = bytes.get(at..).unwrap_or_default();
    while let Some((block, after)) = rest.split_first_chunk() {
        let hits = hits(*block);
        if hits != 0 {
            return at.wrapping_add(hits.trailing_zeros() as usize);
        }
        at = at.wrapping_add(SIZE);
        rest = after;
    }
    // Fewer than sixteen bytes are left. The last block of `bytes` ends with them; the bits of what it
    // has before them are shifted out. Where `bytes` is shorter than a block, zeros fill one.
    let left = rest.len();
    let hits = if let Some(last) = bytes.last_chunk() {
        hits(*last) >> SIZE.saturating_sub(left)
    } else {
        let mut block = [0; SIZE];
        if let Some(block) = block.get_mut(..left) {
            block.copy_from_slice(rest);
        }
        hits(block)
    };
    at.wrapping_add(left.min(hits.trailing_zeros() as usize))
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
                let find =
                    |bytes: &[u8]| find(bytes, from, |block| block.is(b'+') | block.less(b' '));
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
                let special = find(&bytes, 0, |block| block.is(b'+') | block.less(b' '));
                let expected = if byte == b'+' || byte < b' ' { 0 } else { len };
                assert_eq!(special, expected, "{byte}");
                let no_digit = find(&bytes, 0, |block| block.less(b'0') | block.more(b'9'));
                let expected = if byte.is_ascii_digit() { len } else { 0 };
                assert_eq!(no_digit, expected, "{byte}");
            }
        }
    }
}
