//! Whether two texts have several bytes in a row in common.

use wide::u8x16;

/// So many bytes in a row count.
pub(crate) const RUN: usize = 8;

/// Each run contains two bytes that begin at one of seven offsets that follow each other.
const PAIR: usize = 2;
const STRIDE: usize = 7;

/// Two bytes and where they begin in `short`.
type Pair = (usize, [u8; PAIR]);

/// Whether [`RUN`] bytes in a row of `short` are in `long` too.
///
/// Every seventh pair of `short` is searched for, sixteen places at a time, and where it is, the bytes around
/// it are compared. So the cost is linear in `long`, by a seventh of `short`, whatever the bytes are: let
/// `short` have a hundred bytes or two. For these few, to fill a hash table would cost more.
pub(crate) fn shares_run(short: &[u8], long: &[u8]) -> bool {
    if short.len() < RUN {
        return false;
    }
    let pairs = short.windows(PAIR).filter_map(<[u8]>::first_chunk);
    let pairs = pairs.copied().enumerate();
    let mut pairs = pairs.skip(STRIDE.wrapping_sub(1)).step_by(STRIDE);
    while let Some(first) = pairs.next() {
        let found = match (pairs.next(), pairs.next(), pairs.next()) {
            (None, _, _) => has_run_around([first], short, long),
            (Some(second), third, fourth) => {
                let (third, fourth) = (third.unwrap_or(first), fourth.unwrap_or(first));
                has_run_around([first, second, third, fourth], short, long)
            }
        };
        if found {
            return true;
        }
    }
    false
}

/// Whether a run of `short` around one of the pairs is in `long`. Four pairs at once: their vectors and those
/// of the text fit into the registers.
fn has_run_around<const N: usize>(group: [Pair; N], short: &[u8], long: &[u8]) -> bool {
    const SIZE: usize = 16;
    // The bytes of sixteen pairs that begin one behind the other.
    const REACH: usize = SIZE.wrapping_add(PAIR).wrapping_sub(1);
    let is_run = |at: usize| {
        let pair_there = long.get(at..).and_then(<[u8]>::first_chunk);
        let mut group = group.iter();
        group.any(|(from, pair)| pair_there == Some(pair) && is_in_run(short, *from, long, at))
    };
    let probes = group.map(|(_, [first, last])| (u8x16::splat(first), u8x16::splat(last)));
    let has_run_in = |at: usize, firsts: &[u8; SIZE], lasts: &[u8; SIZE]| {
        let (firsts, lasts) = (u8x16::new(*firsts), u8x16::new(*lasts));
        let hits = probes.map(|(first, last)| firsts.simd_eq(first) & lasts.simd_eq(last));
        let hits = hits.into_iter().reduce(|some, more| some | more);
        let mut hits = hits.map_or(0, u8x16::to_bitmask);
        while hits != 0 {
            if is_run(at.wrapping_add(hits.trailing_zeros() as usize)) {
                return true;
            }
            hits &= hits.wrapping_sub(1);
        }
        false
    };
    let shifted = long.get(PAIR.wrapping_sub(1)..).unwrap_or_default();
    let (Some(last), Some(start)) = (shifted.last_chunk(), long.len().checked_sub(REACH)) else {
        return (0..long.len()).any(is_run);
    };
    let blocks = long.as_chunks().0.iter().zip(shifted.as_chunks().0);
    for (index, (firsts, lasts)) in blocks.enumerate() {
        if has_run_in(index.wrapping_mul(SIZE), firsts, lasts) {
            return true;
        }
    }
    // The last block overlaps the one before.
    let first = long.get(start..).and_then(<[u8]>::first_chunk);
    first.is_some_and(|first| has_run_in(start, first, last))
}

/// Whether the pair that is at these two places has enough bytes around it that are the same in both.
fn is_in_run(short: &[u8], from: usize, long: &[u8], at: usize) -> bool {
    const MISSING: usize = RUN.wrapping_sub(PAIR);
    let before = |text, end| <[u8]>::get(text, ..end).unwrap_or_default().iter().rev();
    let after = |text, end: usize| {
        let after = <[u8]>::get(text, end.wrapping_add(PAIR)..);
        after.unwrap_or_default().iter()
    };
    let same = |(one, other): &(&u8, &u8)| one == other;
    let before = before(short, from).zip(before(long, at)).take(MISSING);
    let after = after(short, from).zip(after(long, at)).take(MISSING);
    let before = before.take_while(same).count();
    before.wrapping_add(after.take_while(same).count()) >= MISSING
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

    #[test]
    fn parts_of_a_run_everywhere_are_no_run() {
        let short = "abcdefg-".repeat(24);
        let long = "abcdefg+".repeat(8_192);
        assert!(!shares_run(short.as_bytes(), long.as_bytes()));
    }
}
