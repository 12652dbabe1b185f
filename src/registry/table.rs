//! What is known of each connection.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::sync::{PoisonError, RwLock};

use foldhash::quality::RandomState;
use triomphe::Arc;

use super::entry::Entry;
use super::state::State;
use super::ticket::Ticket;
use crate::client::Client;
use crate::grant::Grant;

/// Where most places of a map may be empty, they should be small.
type Entries = HashMap<u64, Box<Entry>, RandomState>;

/// A part of the table behind a lock of its own, on cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard(RwLock<Entries>);

/// A power of two.
pub(super) const SHARDS: usize = 64;
const SHARD_MASK: u64 = SHARDS as u64 - 1;

/// Gives memory back, where three quarters of a map are empty.
pub(super) fn shrink<K: Eq + Hash, V>(map: &mut HashMap<K, V, impl BuildHasher>) {
    const SMALL: usize = 64;
    if map.capacity() > SMALL && map.len() < map.capacity() / 4 {
        map.shrink_to(map.len().saturating_mul(2));
    }
}

/// The session by which a client is to be answered.
pub(super) enum Session {
    /// None is known of it.
    Absent,
    /// It is over.
    Over,
    /// This one.
    Good(Arc<Grant>),
}

/// The clients by their connections. Questions of two connections seldom take the same lock, and each holds it
/// for a look-up. The broker chooses the numbers of connections, not its clients, so no cryptographic hash is
/// needed; but of numbers that are even, as pointers are, every bit of the hash must depend on every bit.
#[derive(Debug)]
pub(super) struct Table {
    shards: [Shard; SHARDS],
    hasher: RandomState,
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| Shard::default()),
            hasher: RandomState::default(),
        }
    }

    fn shard_index(&self, connection: u64) -> usize {
        usize::try_from(self.hasher.hash_one(connection) & SHARD_MASK).unwrap_or_default()
    }

    fn shard(&self, connection: u64) -> &RwLock<Entries> {
        let [first, ..] = &self.shards;
        let shard = self.shards.get(self.shard_index(connection));
        &shard.unwrap_or(first).0
    }

    /// Looks at the entry of a connection, under its lock.
    pub(super) fn look<T>(&self, connection: u64, look: impl FnOnce(&Entry) -> T) -> Option<T> {
        let shard = self.shard(connection).read();
        let shard = shard.unwrap_or_else(PoisonError::into_inner);
        shard.get(&connection).map(|entry| look(entry))
    }

    /// Changes the entry of a connection, under its lock.
    pub(super) fn change<T>(
        &self,
        connection: u64,
        change: impl FnOnce(&mut Entry) -> T,
    ) -> Option<T> {
        let shard = self.shard(connection).write();
        let mut shard = shard.unwrap_or_else(PoisonError::into_inner);
        shard.get_mut(&connection).map(|entry| change(entry))
    }

    /// Adds the entry of a connection that has none.
    pub(super) fn put(&self, connection: u64, entry: Entry) {
        let shard = self.shard(connection).write();
        let mut shard = shard.unwrap_or_else(PoisonError::into_inner);
        shard.insert(connection, Box::new(entry));
    }

    /// Takes the entry of a connection out of the table.
    pub(super) fn take(&self, connection: u64) -> Option<Entry> {
        let shard = self.shard(connection).write();
        let mut shard = shard.unwrap_or_else(PoisonError::into_inner);
        let taken = shard.remove(&connection);
        shrink(&mut shard);
        taken.map(|entry| *entry)
    }

    /// The session by which a client is to be answered.
    pub(super) fn session(&self, connection: u64, client: &Client<'_>) -> Session {
        let session = self.look(connection, |entry| {
            match &entry.for_client(client)?.session {
                Some(session) => Some(Session::Good(Arc::clone(session))),
                None => Some(Session::Over),
            }
        });
        session.flatten().unwrap_or(Session::Absent)
    }

    /// The session of a client that is connected, and the ticket of its entry.
    pub(super) fn connected(
        &self,
        connection: u64,
        client: &Client<'_>,
    ) -> Option<(Ticket, Arc<Grant>)> {
        self.look(connection, |entry| {
            let entry = entry.for_client(client)?;
            let session = entry.session.clone()?;
            (entry.state() == State::Connected).then_some((entry.ticket(connection), session))
        })?
    }

    /// What is known of a client.
    pub(super) fn state(&self, connection: u64, client: &Client<'_>) -> State {
        let state = self.look(connection, |entry| {
            entry.for_client(client).map(Entry::state)
        });
        state.flatten().unwrap_or(State::Absent)
    }

    /// The sessions of a shard.
    pub(super) fn sessions(&self, shard: usize) -> Vec<(Ticket, Arc<Grant>)> {
        let Some(Shard(shard)) = self.shards.get(shard) else {
            return Vec::new();
        };
        let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
        let sessions = shard.iter().filter_map(|(connection, entry)| {
            let session = entry.session.as_ref()?;
            Some((entry.ticket(*connection), Arc::clone(session)))
        });
        sessions.collect()
    }

    /// The session of the entry that a ticket is of, if the ticket is still good.
    pub(super) fn for_ticket(&self, ticket: Ticket) -> Option<Arc<Grant>> {
        self.look(ticket.connection, |entry| entry.for_ticket(ticket).cloned())?
    }

    /// Whether a ticket is still good.
    pub(super) fn has(&self, ticket: Ticket) -> bool {
        let good = self.look(ticket.connection, |entry| {
            entry.for_ticket(ticket).is_some()
        });
        good.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers in a row, and pointers at several distances. A part of the seed is that of the process: with a hash
    /// whose low bits depend on those of the number alone, some processes have a shard with six times its share.
    #[test]
    fn connections_are_spread_over_the_shards() {
        let table = Table::new();
        for distance in [1, 8, 64, 1 << 12, 1 << 32] {
            let mut counts = [0; SHARDS];
            for number in 1..=1000_u64 {
                let index = table.shard_index(number.wrapping_mul(distance));
                counts
                    .iter_mut()
                    .skip(index)
                    .take(1)
                    .for_each(|count| *count += 1);
            }
            let most = counts.iter().max();
            assert!(
                most < Some(&64),
                "{most:?} of 1000, at a distance of {distance}"
            );
        }
    }
}
