//! When which sessions are asked whether they are still good.

use super::table::SHARDS;

/// How many shards are visited in all of the time.
const TWO_LAPS: u64 = 2 * SHARDS as u64;

/// A walk through the shards of the table. In each second so many are visited that a whole lap takes half of the
/// time that is given, so that callers whose calls are up to that far apart still keep to it. What passed is read
/// off the verifier's clock; how often the caller comes does not count.
#[derive(Debug)]
pub(super) struct Rota {
    seconds: u64,
    /// The second of the last call; none: there was no call.
    second: Option<i64>,
    next_shard: usize,
    /// How many are still to be visited in this second.
    left: u64,
    /// What was too little for another shard, in parts of `seconds`.
    rest: u64,
}

impl Rota {
    pub(super) fn new(seconds: u32) -> Self {
        Self {
            seconds: u64::from(seconds.max(1)),
            second: None,
            next_shard: 0,
            left: 0,
            rest: 0,
        }
    }

    /// The next shard to be visited now.
    pub(super) fn next_shard(&mut self, now: i64) -> Option<usize> {
        if self.second != Some(now) {
            self.begin(now);
        }
        self.left = self.left.checked_sub(1)?;
        let shard = self.next_shard;
        self.next_shard = shard.saturating_add(1) % SHARDS;
        Some(shard)
    }

    /// A second later, or more: the first call visits all. A clock that was set back begins anew.
    fn begin(&mut self, now: i64) {
        let elapsed = match self.second {
            None => self.seconds,
            Some(before) => u64::try_from(now.saturating_sub(before)).unwrap_or(0),
        };
        self.second = Some(now);
        let parts = elapsed.saturating_mul(TWO_LAPS).saturating_add(self.rest);
        let shards = parts.checked_div(self.seconds).unwrap_or(0);
        self.rest = parts.checked_rem(self.seconds).unwrap_or(0);
        self.left = self.left.saturating_add(shards).min(SHARDS as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visited(rota: &mut Rota, now: i64) -> Vec<usize> {
        std::iter::from_fn(|| rota.next_shard(now)).collect()
    }

    #[test]
    fn a_lap_takes_half_of_the_time() {
        let mut rota = Rota::new(10);
        assert_eq!(visited(&mut rota, 0).len(), SHARDS);
        for lap in 0..3 {
            let mut lap_of_all = Vec::new();
            for second in 1..=5 {
                let now = lap * 5 + second;
                let shards = visited(&mut rota, now);
                assert!((12..=13).contains(&shards.len()), "{} shards", shards.len());
                assert!(visited(&mut rota, now).is_empty());
                lap_of_all.extend(shards);
            }
            assert_eq!(lap_of_all, (0..SHARDS).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_was_not_visited_is_visited_in_the_next_second() {
        let mut rota = Rota::new(64);
        visited(&mut rota, 0);
        assert_eq!(rota.next_shard(1), Some(0));
        assert_eq!(visited(&mut rota, 2), [1, 2, 3]);
    }

    #[test]
    fn after_a_pause_all_are_visited_once() {
        for (seconds, pause) in [
            (10, 5),
            (10, 6),
            (10, 1000),
            (1, 1),
            (3, 2),
            (u32::MAX, i64::MAX),
        ] {
            let mut rota = Rota::new(seconds);
            visited(&mut rota, 0);
            assert_eq!(
                visited(&mut rota, pause).len(),
                SHARDS,
                "{seconds}, {pause}"
            );
        }
        // A clock that is set back visits none, and goes on from there.
        let mut rota = Rota::new(2);
        visited(&mut rota, 1000);
        assert!(visited(&mut rota, 5).is_empty());
        assert_eq!(visited(&mut rota, 6).len(), SHARDS);
    }
}
