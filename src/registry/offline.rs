//! Clients that are gone and may come back.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::quality::RandomState;

use super::entry::{ClientId, Turn};
use super::table::shrink;

/// The connections of the clients that are offline, in the order in which they went, and by client identifier.
/// Clients choose their identifiers, so these are hashed with a key.
#[derive(Debug)]
pub(super) struct Offline {
    next_turn: Turn,
    turns: BTreeMap<Turn, u64>,
    by_id: HashMap<ClientId, HashSet<u64, RandomState>>,
}

impl Offline {
    pub(super) fn new() -> Self {
        Self {
            next_turn: Turn::MIN,
            turns: BTreeMap::new(),
            by_id: HashMap::new(),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.turns.len()
    }

    /// Adds a connection, and returns its turn.
    pub(super) fn add(&mut self, connection: u64, id: Option<&ClientId>) -> Turn {
        let turn = self.next_turn;
        self.next_turn = turn.saturating_add(1);
        self.turns.insert(turn, connection);
        if let Some(id) = id {
            let connections = self.by_id.entry(ClientId::clone(id)).or_default();
            connections.insert(connection);
        }
        turn
    }

    /// Removes a connection that was added.
    pub(super) fn remove(&mut self, turn: Turn, connection: u64, id: Option<&ClientId>) {
        self.turns.remove(&turn);
        if let Some(id) = id
            && let Some(connections) = self.by_id.get_mut(id)
        {
            connections.remove(&connection);
            if connections.is_empty() {
                self.take_with_id(id);
            }
        }
    }

    /// Takes the connections of this identifier, each of which is still to be removed.
    pub(super) fn take_with_id(&mut self, id: &ClientId) -> HashSet<u64, RandomState> {
        let connections = self.by_id.remove(id);
        shrink(&mut self.by_id);
        connections.unwrap_or_default()
    }

    /// The connection whose turn it is to be forgotten.
    pub(super) fn first(&self) -> Option<u64> {
        self.turns.values().next().copied()
    }
}
