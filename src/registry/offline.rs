//! Clients that are gone and may come back.

use std::collections::{HashMap, VecDeque};

use super::entry::ClientId;
use super::ticket::are_too_many;

/// The connections of the clients that are offline, in the order in which they went, and by client identifier.
/// Clients choose their identifiers, so these are hashed with a key.
#[derive(Debug, Default)]
pub(super) struct Offline {
    count: usize,
    next_turn: u64,
    /// Turns and connections. Who has come back since stays in it until it is the first.
    turns: VecDeque<(u64, u64)>,
    by_id: HashMap<ClientId, Vec<u64>>,
}

impl Offline {
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Adds a connection, and returns its turn.
    pub(super) fn add(&mut self, connection: u64, id: Option<&ClientId>) -> u64 {
        let turn = self.next_turn;
        self.next_turn = turn.wrapping_add(1);
        self.count = self.count.saturating_add(1);
        self.turns.push_back((turn, connection));
        if let Some(id) = id {
            let connections = self.by_id.entry(ClientId::clone(id)).or_default();
            connections.push(connection);
        }
        turn
    }

    /// Removes a connection that was added.
    pub(super) fn remove(&mut self, connection: u64, id: Option<&ClientId>) {
        self.count = self.count.saturating_sub(1);
        let Some(id) = id else {
            return;
        };
        if let Some(connections) = self.by_id.get_mut(id) {
            connections.retain(|other| *other != connection);
            if connections.is_empty() {
                self.by_id.remove(id);
            }
        }
    }

    /// Takes the connections of this identifier, each of which is still to be removed.
    pub(super) fn take_with_id(&mut self, id: &ClientId) -> Vec<u64> {
        self.by_id.remove(id).unwrap_or_default()
    }

    /// Takes the first turn and its connection, which may have come back since.
    pub(super) fn take_first(&mut self) -> Option<(u64, u64)> {
        self.turns.pop_front()
    }

    /// Drops the turns that are of no use, if there may be too many of them.
    pub(super) fn tidy(&mut self, is_good: impl Fn(u64, u64) -> bool) {
        if are_too_many(self.turns.len(), self.count) {
            (self.turns).retain(|(turn, connection)| is_good(*turn, *connection));
            self.turns.shrink_to(self.count.saturating_mul(2));
        }
    }
}
