//! Whether two texts have several bytes in a row in common.

/// So many bytes in a row count.
pub(crate) const RUN: usize = 8;

/// The length of a gram. A run of eight bytes contains five grams that follow each other, so one of them
/// begins at a multiple of five, and the grams in between need not be looked up.
const GRAM: usize = 4;
const STRIDE: usize = 5;

/// Whether [`RUN`] bytes in a row of `long` are in `short` too.
///
/// Every fifth gram of `long` is looked up among the grams of `short`, and the few runs around one that may
/// be there, in a sorted list of the runs of `short`. So the cost is linear in `long`, whatever the bytes
/// are; by a logarithm of `short`, which is best a few hundred bytes.
pub(crate) fn shares_run(short: &[u8], long: &[u8]) -> bool {
    if short.len() < RUN {
        return false;
    }
    let grams = Grams::of(short);
    let mut runs = Runs::Unsorted(short);
    let mut at = 0_usize;
    while let Some(gram) = long.get(at..).and_then(<[u8]>::first_chunk) {
        if grams.may_have(*gram) {
            // The runs that contain this gram.
            let first = at.saturating_sub(STRIDE.wrapping_sub(1));
            let last = at.saturating_add(RUN).min(long.len());
            let around = long.get(first..last).unwrap_or_default();
            if around.windows(RUN).any(|run| runs.have(run)) {
                return true;
            }
        }
        at = at.saturating_add(STRIDE);
    }
    false
}

/// A Bloom filter of the grams of a text, with one hash.
struct Grams([u64; 64]);

impl Grams {
    fn of(text: &[u8]) -> Self {
        let mut grams = Self([0; 64]);
        for gram in text.windows(GRAM) {
            let (word, bit) = gram.first_chunk().map_or((0, 0), |gram| Self::slot(*gram));
            if let Some(word) = grams.0.get_mut(word) {
                *word |= bit;
            }
        }
        grams
    }

    fn may_have(&self, gram: [u8; GRAM]) -> bool {
        let (word, bit) = Self::slot(gram);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Fibonacci hashing: a multiplication by 2^32 divided by the golden ratio.
    fn slot(gram: [u8; GRAM]) -> (usize, u64) {
        let hash = u32::from_le_bytes(gram).wrapping_mul(0x9E37_79B9);
        ((hash >> 26) as usize, 1 << (hash >> 20 & 63))
    }
}

/// The runs of a text, which are sorted only when one is looked up.
enum Runs<'a> {
    Unsorted(&'a [u8]),
    Sorted(Vec<&'a [u8]>),
}

impl Runs<'_> {
    fn have(&mut self, run: &[u8]) -> bool {
        if let Self::Unsorted(text) = *self {
            let mut runs: Vec<_> = text.windows(RUN).collect();
            runs.sort_unstable();
            *self = Self::Sorted(runs);
        }
        match self {
            Self::Sorted(runs) => runs.binary_search(&run).is_ok(),
            Self::Unsorted(_) => false,
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics fails, and that is all"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_definition(one: &[u8], other: &[u8]) -> bool {
        one.windows(RUN)
            .any(|run| other.windows(RUN).any(|that| run == that))
    }

    #[test]
    fn eight_bytes_in_a_row_are_found_wherever_they_are_and_seven_are_not() {
        for (before, after, there) in (0..12).flat_map(|before| {
            (0..12).flat_map(move |after| (0..9).map(move |there| (before, after, there)))
        }) {
            for length in [RUN - 1, RUN] {
                let run = &b"12345678"[..length];
                let short = [&b"abcdefgh"[..there], run, b"ijk"].concat();
                let long = [
                    "-".repeat(before).as_bytes(),
                    run,
                    "+".repeat(after).as_bytes(),
                ]
                .concat();
                let found = (shares_run(&short, &long), shares_run(&long, &short));
                assert_eq!(
                    found,
                    (length == RUN, length == RUN),
                    "{before} {after} {there}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn texts_of_few_letters_share_what_the_definition_says(short in "[ab]{0,30}", long in "[ab]{0,60}") {
            let (short, long) = (short.as_bytes(), long.as_bytes());
            prop_assert_eq!(shares_run(short, long), by_definition(short, long));
        }

        #[test]
        fn so_do_texts_of_any_bytes_with_a_part_in_common(
            mut short: Vec<u8>, mut long: Vec<u8>, part in prop::collection::vec(any::<u8>(), 5..10),
        ) {
            short.extend(&part);
            long.extend(part);
            prop_assert_eq!(shares_run(&short, &long), by_definition(&short, &long));
        }
    }

    /// Not one run of the other, but all of its grams.
    #[test]
    fn the_cost_of_long_texts_is_not_their_product() {
        let short = "abcdefg-".repeat(32);
        let long = "abcdefg+".repeat(8_192);
        let began = std::time::Instant::now();
        assert!(!shares_run(short.as_bytes(), long.as_bytes()));
        assert!(began.elapsed().as_millis() < 500);
    }
}
