//! The table of clients: which connection has which session, who is offline, and whose time has come.
//!
//! A broker names a connection by a number of its own, a pointer perhaps, and uses the number again for
//! another client later. It may ask about a client that it never announced, because a certificate
//! admitted it. So a session answers for the connection, the client identifier and the user name
//! together, and for nobody else.
//!
//! ```text
//! table      what is known of each connection; the only thing that a question about a topic locks
//! entry      one client of it
//! book       what changes the table: in it, who is offline, who expires next and who is asked next
//! offline    clients that are gone and may come back, in the order in which they went
//! expiry     the sessions by their end
//! rota       when which sessions are asked whether they are still good
//! ticket     what is kept of an entry beside the table
//! ```

mod book;
mod entry;
mod expiry;
mod offline;
mod rota;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod ticket;

use std::sync::{Mutex, MutexGuard, PoisonError};

use triomphe::Arc;

use crate::acl::{Permission, Request};
use crate::client::Client;
use crate::grant::Grant;
use crate::host::clock::ClockError;
use crate::verifier::{Verdict, Verifier};
use book::Book;
use entry::Identity;
use table::{Session, Table};

pub use book::Over;
pub use state::State;

/// How many clients a registry remembers, and how often it asks.
#[derive(Debug, Clone, Copy)]
pub struct RegistryOptions {
    /// How many offline clients are remembered. Beyond, those who went first are forgotten.
    pub max_offline: usize,
    /// Each session is asked whether it is still good within this time. Not 0.
    pub recheck_seconds: u32,
}

impl Default for RegistryOptions {
    fn default() -> Self {
        Self {
            max_offline: 20_000,
            recheck_seconds: 10,
        }
    }
}

/// The table of clients of a broker. May be shared between threads.
///
/// `Table` is what questions read, a shard at a time. `Book` is what changes it, under one lock that
/// is held for a few operations in memory: no signature is verified and no hook is called under it.
#[derive(Debug)]
pub struct Registry {
    table: Table,
    book: Mutex<Book>,
}

impl Registry {
    /// A table without a client.
    #[must_use]
    pub fn new(options: RegistryOptions) -> Self {
        Self {
            table: Table::new(),
            book: Mutex::new(Book::new(options)),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides whether a client may connect, and keeps its session if it may. What the connection had is
    /// dropped first, and the offline clients of an accepted client identifier with it.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time; the connection has nothing then.
    pub fn connect(
        &self,
        verifier: &Verifier,
        connection: u64,
        client: &Client<'_>,
    ) -> Result<Verdict<Arc<Grant>>, ClockError> {
        let before = self.book().end(&self.table, connection);
        // A session is freed after the lock is given back: here and below.
        drop(before);
        let verdict = verifier.check(client)?.shared();
        if let Ok(session) = &verdict.outcome {
            let identity = Identity::of(client, session);
            let replaced = (self.book()).connect(&self.table, connection, identity, session);
            drop(replaced);
        }
        Ok(verdict)
    }

    /// Takes a new token of a client that is connected. None: it is not.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time; the session stays.
    pub fn renew(
        &self,
        verifier: &Verifier,
        connection: u64,
        client: &Client<'_>,
    ) -> Result<Option<Verdict<Arc<Grant>>>, ClockError> {
        let Some((ticket, session)) = self.table.connected(connection, client) else {
            return Ok(None);
        };
        let verdict = verifier.renew(&session, client)?.shared();
        if let Ok(renewed) = &verdict.outcome {
            let before = (self.book()).renew(&self.table, ticket, Arc::clone(renewed));
            // The client has gone meanwhile, or its time has come.
            if before.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(verdict))
    }

    /// Decides whether a client may do what it asks for. Nobody says, if the connection has no session for
    /// this client identifier and user name.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn authorize(
        &self,
        verifier: &Verifier,
        connection: u64,
        client: &Client<'_>,
        request: &Request<'_>,
    ) -> Result<Permission, ClockError> {
        match self.table.session(connection, client) {
            Session::Absent => Ok(Permission::NoMatch),
            // The broker's own rules do not decide about a client whose token is over.
            Session::Over => Ok(Permission::Deny),
            // Not under the shard's lock: rules take their time, and the log hook may.
            Session::Good(session) => verifier.authorize(&session, request),
        }
    }

    /// What is known of a client.
    #[must_use]
    pub fn state(&self, connection: u64, client: &Client<'_>) -> State {
        self.table.state(connection, client)
    }

    /// A connection is closed. `offline`: its session goes on answering. Whether the connection was known.
    pub fn disconnect(&self, connection: u64, offline: bool) -> bool {
        if offline {
            let gone = self.book().go_offline(&self.table, connection);
            gone.is_some()
        } else {
            let ended = self.book().end(&self.table, connection);
            ended.is_some()
        }
    }

    /// A client whose token has expired, was revoked or lost its key; each is given once, and all is denied
    /// to it from then on. To be called until there is none, from a timer.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn next_over(&self, verifier: &Verifier) -> Result<Option<Over>, ClockError> {
        let now = verifier.now()?;
        loop {
            let due = self.book().due(&self.table, now);
            let Some((ticket, session)) = due else {
                return Ok(None);
            };
            let Some(reason) = verifier.recheck_at(&session, now).refused_for() else {
                continue;
            };
            let over = self.book().over(&self.table, ticket, reason);
            if let Some((over, session)) = over {
                verifier.tell_of_end(&session, reason, over.offline);
                return Ok(Some(over));
            }
        }
    }

    /// How many clients are connected, and how many are offline; without those whose time is over.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        self.book().counts()
    }
}
