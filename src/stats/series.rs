//! The counters of keys, each by its issuer and its `kid`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use crate::host::quote::cut;

/// How many counters of keys there can be. The first is that of no key.
pub(super) const NUMBERS: usize = 1 << 10;

/// How many keys are counted by themselves.
const KEYS: usize = 1_000;

/// The `kid` of all others, and their issuer where there are too many of those.
const OTHER: &str = "other";

/// The counter of those.
const LAST: u16 = 1_023;

/// What a counter is about, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SeriesLabels {
    pub(crate) issuer: Box<str>,
    pub(crate) kid: Box<str>,
}

/// A text as the value of a label: its first 128 characters. A NUL would end the whole text for C.
pub(crate) fn label(text: &str) -> Box<str> {
    cut(text, 128).shown().replace('\0', "\u{fffd}").into()
}

/// The number of a key's counter, found when the key is first counted.
#[derive(Debug, Default)]
pub(crate) struct SeriesNumber(AtomicU16);

impl SeriesNumber {
    /// 0: not found yet.
    #[inline]
    pub(super) fn get(&self) -> u16 {
        self.0.load(Relaxed)
    }

    pub(super) fn set(&self, number: u16) {
        self.0.store(number, Relaxed);
    }

    /// Takes over the number of another.
    pub(crate) fn copy(&self, other: &Self) {
        self.set(other.get());
    }
}

/// The counter belongs to the key and is not part of what it is: all are equal, and a copy of a key is
/// counted anew.
impl PartialEq for SeriesNumber {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Clone for SeriesNumber {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// The numbers of all counters of a verifier. None is ever taken back, so counters survive a reload.
#[derive(Debug, Default)]
pub(super) struct SeriesTable(Mutex<HashMap<SeriesLabels, u16>>);

impl SeriesTable {
    /// The number of this key's counter.
    pub(super) fn number(&self, issuer: &str, kid: &str) -> u16 {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut find_or_add = |kid: &str, most: usize| {
            let labels = SeriesLabels {
                issuer: label(issuer),
                kid: label(kid),
            };
            if let Some(number) = numbers.get(&labels) {
                return Some(*number);
            }
            let number = u16::try_from(numbers.len().saturating_add(1)).ok()?;
            (numbers.len() < most).then(|| *numbers.entry(labels).or_insert(number))
        };
        find_or_add(kid, KEYS)
            .or_else(|| find_or_add(OTHER, usize::from(LAST).saturating_sub(1)))
            .unwrap_or(LAST)
    }

    /// All that have a number.
    pub(super) fn all(&self) -> Vec<(SeriesLabels, u16)> {
        let numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = SeriesLabels {
            issuer: OTHER.into(),
            kid: OTHER.into(),
        };
        let known = numbers
            .iter()
            .map(|(labels, number)| (labels.clone(), *number));
        known.chain([(last, LAST)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_keys_have_a_counter_and_the_others_share_one_of_their_issuer() {
        let table = SeriesTable::default();
        for n in 0..KEYS {
            let issuer = format!("i{}", n % 7);
            let number = table.number(&issuer, &n.to_string());
            assert_eq!(usize::from(number), n + 1);
            assert_eq!(table.number(&issuer, &n.to_string()), number);
        }
        let of_first = table.number("i0", "more");
        assert_eq!(usize::from(of_first), KEYS + 1);
        assert_eq!(table.number("i0", "still more"), of_first);
        assert_eq!(table.number("i0", OTHER), of_first);
        for n in 1..22 {
            let number = table.number(&format!("i{n}"), "more");
            assert_eq!(usize::from(number), KEYS + 1 + n);
        }
        for issuer in ["i22", "i23"] {
            assert_eq!(table.number(issuer, "more"), LAST);
        }
        assert_eq!(table.number("i3", "3"), 4);
        assert_eq!(table.all().len(), NUMBERS - 1);
    }

    #[test]
    fn what_is_equal_when_it_is_cut_is_one() {
        let table = SeriesTable::default();
        let long = "\u{e9}".repeat(128);
        let number = table.number(&long, &long);
        assert_eq!(
            table.number(&format!("{long}a"), &format!("{long}b")),
            number
        );
        assert_ne!(table.number(&long, long.split_at(2).1), number);
        assert_eq!(table.number("a\0", ""), table.number("a\u{fffd}", ""));
    }
}
