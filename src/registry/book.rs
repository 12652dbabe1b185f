//! What changes the table.

use triomphe::Arc;

use super::RegistryOptions;
use super::entry::{ClientId, Entry, Identity};
use super::expiry::Expiry;
use super::offline::Offline;
use super::rota::Rota;
use super::state::State;
use super::table::Table;
use super::ticket::Ticket;
use crate::grant::Grant;
use crate::refusal::Reason;

/// A client whose time has come.
#[derive(Debug)]
pub struct Over {
    /// Its connection.
    pub connection: u64,
    /// Its client identifier.
    pub client_id: Option<ClientId>,
    /// Why it is over.
    pub reason: Reason,
    /// Whether it was offline, so that there is nothing to disconnect.
    pub offline: bool,
}

/// Whoever has it may change the table, and keeps the three orders beside it. Its lock is taken before that of a
/// shard. What it removes is returned, so that sessions are freed after the lock is given back.
#[derive(Debug)]
pub(super) struct Book {
    max_offline: usize,
    next_version: u64,
    /// How many are connected and how many offline, without those that are over.
    connected: usize,
    away: usize,
    offline: Offline,
    expiry: Expiry,
    rota: Rota,
    /// The sessions of the shard that is visited, which are still to be asked.
    visited: Vec<(Ticket, Arc<Grant>)>,
}

impl Book {
    pub(super) fn new(options: RegistryOptions) -> Self {
        Self {
            max_offline: options.max_offline,
            next_version: 0,
            connected: 0,
            away: 0,
            offline: Offline::new(),
            expiry: Expiry::default(),
            rota: Rota::new(options.recheck_seconds),
            visited: Vec::new(),
        }
    }

    pub(super) fn counts(&self) -> (usize, usize) {
        (self.connected, self.away)
    }

    /// The number of clients in this state; none: they are not counted.
    fn count_of(&mut self, state: State) -> Option<&mut usize> {
        match state {
            State::Connected => Some(&mut self.connected),
            State::Offline => Some(&mut self.away),
            State::Absent | State::Over => None,
        }
    }

    /// A client is in another state than before.
    fn moved(&mut self, from: State, to: State) {
        if let Some(count) = self.count_of(from) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = self.count_of(to) {
            *count = count.saturating_add(1);
        }
    }

    /// The next version of an entry.
    fn version(&mut self) -> u64 {
        self.next_version = self.next_version.wrapping_add(1);
        self.next_version
    }

    /// Notes when a session ends.
    fn schedule(&mut self, table: &Table, ticket: Ticket, session: &Grant) {
        if let Some(end) = session.terms().expires_at() {
            self.expiry.add(end, ticket);
        }
        self.tidy(table);
    }

    fn tidy(&mut self, table: &Table) {
        let useful = self.connected.saturating_add(self.away);
        self.expiry.tidy(useful, |ticket| table.has(ticket));
    }

    /// A client was accepted. Returns those who made room for it.
    pub(super) fn connect(
        &mut self,
        table: &Table,
        connection: u64,
        identity: Identity,
        session: &Arc<Grant>,
    ) -> Vec<Entry> {
        let mut replaced = Vec::from_iter(self.end(table, connection));
        if let Some(id) = &identity.client_id {
            for other in self.offline.take_with_id(id) {
                replaced.extend(self.end(table, other));
            }
        }
        let entry = Entry {
            identity,
            session: Some(Arc::clone(session)),
            offline: None,
            version: self.version(),
        };
        let ticket = entry.ticket(connection);
        table.put(connection, entry);
        self.moved(State::Absent, State::Connected);
        self.schedule(table, ticket, session);
        replaced
    }

    /// A client that is connected has a new token. Returns the session that it had; none: it is not connected
    /// any more.
    pub(super) fn renew(
        &mut self,
        table: &Table,
        ticket: Ticket,
        renewed: Arc<Grant>,
    ) -> Option<Arc<Grant>> {
        let version = self.version();
        let session = Arc::clone(&renewed);
        let before = table.change(ticket.connection, |entry| {
            if entry.version != ticket.version || entry.state() != State::Connected {
                return None;
            }
            entry.version = version;
            entry.session.replace(renewed)
        })??;
        let ticket = Ticket { version, ..ticket };
        self.schedule(table, ticket, &session);
        Some(before)
    }

    /// Removes what a connection has.
    pub(super) fn end(&mut self, table: &Table, connection: u64) -> Option<Entry> {
        let ended = table.take(connection)?;
        self.moved(ended.state(), State::Absent);
        if let Some(turn) = ended.offline {
            (self.offline).remove(turn, connection, ended.identity.client_id.as_ref());
        }
        self.tidy(table);
        Some(ended)
    }

    /// The client of a connection has gone, and may come back. Returns those who are forgotten to make room;
    /// none: there is no such connection.
    pub(super) fn go_offline(&mut self, table: &Table, connection: u64) -> Option<Vec<Entry>> {
        let offline = &mut self.offline;
        let (from, to) = table.change(connection, |entry| {
            let from = entry.state();
            if entry.offline.is_none() {
                entry.offline = Some(offline.add(connection, entry.identity.client_id.as_ref()));
            }
            (from, entry.state())
        })?;
        self.moved(from, to);
        let mut forgotten = Vec::new();
        while self.offline.count() > self.max_offline {
            let first = self.offline.first();
            let Some(entry) = first.and_then(|first| self.end(table, first)) else {
                break;
            };
            forgotten.push(entry);
        }
        Some(forgotten)
    }

    /// The next session that is to be looked at now.
    pub(super) fn due(&mut self, table: &Table, now: i64) -> Option<(Ticket, Arc<Grant>)> {
        while let Some(ticket) = self.expiry.take(now) {
            if let Some(session) = table.for_ticket(ticket) {
                return Some((ticket, session));
            }
        }
        loop {
            // One that has changed since is asked in vain, which costs less than to look for it.
            if let Some(visited) = self.visited.pop() {
                return Some(visited);
            }
            self.visited = table.sessions(self.rota.next_shard(now)?);
        }
    }

    /// The time of a client has come. Returns its session as well; none: it has gone meanwhile, or has another
    /// token.
    pub(super) fn over(
        &mut self,
        table: &Table,
        ticket: Ticket,
        reason: Reason,
    ) -> Option<(Over, Arc<Grant>)> {
        let connection = ticket.connection;
        let (was, over, session) = table.change(connection, |entry| {
            let was = entry.state();
            let session = entry.for_ticket(ticket).cloned()?;
            entry.session = None;
            let over = Over {
                connection,
                client_id: entry.identity.client_id.clone(),
                reason,
                offline: entry.offline.is_some(),
            };
            Some((was, over, session))
        })??;
        self.moved(was, State::Over);
        Some((over, session))
    }
}
