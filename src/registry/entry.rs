//! One client of the table.

use std::num::NonZeroU64;
use std::sync::Arc as StdArc;

use triomphe::Arc;
use zeroize::Zeroizing;

use super::state::State;
use super::ticket::Ticket;
use crate::client::Client;
use crate::grant::Grant;

/// A client identifier. Those who are offline are found by it as well.
pub(super) type ClientId = StdArc<[u8]>;

/// A number of the order in which clients went.
pub(super) type Turn = NonZeroU64;

/// For whom a session answers.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) client_id: Option<ClientId>,
    /// Wiped, as it may be the token.
    username: Option<Zeroizing<Box<[u8]>>>,
    /// Whether it answers for a client without a user name as well: it sent none, and a claim gave it one, which
    /// not every broker lets a plugin set.
    may_be_unnamed: bool,
}

impl Identity {
    /// That of a client as it was accepted.
    pub(super) fn of(client: &Client<'_>, session: &Grant) -> Self {
        let claim = session.username().map(str::as_bytes);
        Self {
            client_id: client.client_id.map(Into::into),
            username: claim
                .or(client.username)
                .map(|name| Zeroizing::new(name.into())),
            may_be_unnamed: claim.is_some() && client.username.is_none(),
        }
    }

    fn is_of(&self, client: &Client<'_>) -> bool {
        let is_named = self.username.as_deref().map(AsRef::as_ref) == client.username;
        self.client_id.as_deref() == client.client_id
            && (is_named || self.may_be_unnamed && client.username.is_none())
    }
}

/// One client.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) identity: Identity,
    /// None: it is over.
    pub(super) session: Option<Arc<Grant>>,
    /// Its turn to be forgotten, if it is offline.
    pub(super) offline: Option<Turn>,
    /// See [`Ticket`].
    pub(super) version: u64,
}

impl Entry {
    /// The entry, if it is that of this client.
    pub(super) fn for_client(&self, client: &Client<'_>) -> Option<&Self> {
        self.identity.is_of(client).then_some(self)
    }

    pub(super) fn state(&self) -> State {
        match (&self.session, self.offline) {
            (None, _) => State::Over,
            (Some(_), None) => State::Connected,
            (Some(_), Some(_)) => State::Offline,
        }
    }

    /// Its ticket, being that of this connection.
    pub(super) fn ticket(&self, connection: u64) -> Ticket {
        Ticket {
            connection,
            version: self.version,
        }
    }

    /// Its session, if the ticket is still good.
    pub(super) fn for_ticket(&self, ticket: Ticket) -> Option<&Arc<Grant>> {
        let session = self.session.as_ref();
        session.filter(|_| self.version == ticket.version)
    }
}
