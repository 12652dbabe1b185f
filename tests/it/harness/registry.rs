//! A broker that keeps its clients in a table.

use std::ptr::{null, null_mut};

use jwt_auth::ffi::{
    self, jwt_auth_client, jwt_auth_over, jwt_auth_registry, jwt_auth_registry_authorize,
    jwt_auth_registry_connect, jwt_auth_registry_counts, jwt_auth_registry_disconnect,
    jwt_auth_registry_free, jwt_auth_registry_new, jwt_auth_registry_next_over,
    jwt_auth_registry_options, jwt_auth_registry_renew, jwt_auth_registry_state, jwt_auth_result,
    jwt_auth_session, jwt_auth_session_free, jwt_auth_status,
};
use jwt_auth::{Permission, Reason, State};

use super::answer::{POISON, claims};
use super::connect::bytes;
use super::session::Ask;
use super::{Answer, Broker, Connect};

/// The table of clients of a broker.
pub struct Table<'b> {
    pub broker: &'b Broker,
    registry: *mut jwt_auth_registry,
}

// SAFETY: a registry may be shared between threads.
unsafe impl Sync for Table<'_> {}

type Decide = unsafe extern "C" fn(
    *mut jwt_auth_registry,
    *const ffi::jwt_auth,
    u64,
    *const jwt_auth_client,
    *mut jwt_auth_result,
    *mut *mut jwt_auth_session,
) -> jwt_auth_status;

/// A client whose time has come.
#[derive(Debug, PartialEq, Eq)]
pub struct Over {
    pub connection: u64,
    pub client_id: Option<Vec<u8>>,
    pub reason: Reason,
    pub offline: bool,
}

impl Broker {
    /// A table with room for so many offline clients, which are asked within so many seconds.
    pub fn table(&self, max_offline: usize, recheck_seconds: u32) -> Table<'_> {
        self.table_of(&jwt_auth_registry_options {
            struct_size: size_of::<jwt_auth_registry_options>(),
            max_offline,
            recheck_seconds,
        })
    }

    /// A table with the options that a NULL says.
    pub fn default_table(&self) -> Table<'_> {
        self.table_of(null())
    }

    fn table_of(&self, options: *const jwt_auth_registry_options) -> Table<'_> {
        let mut registry = null_mut();
        // SAFETY: both pointers are good.
        let status = unsafe { jwt_auth_registry_new(options, &raw mut registry) };
        assert_eq!(status, jwt_auth_status::Ok);
        Table {
            broker: self,
            registry,
        }
    }
}

impl Table<'_> {
    /// Lets a client connect, and gives back the handle that the table makes.
    #[track_caller]
    pub fn connect(&self, connection: u64, client: Connect<'_>) -> Answer {
        let (answer, session) = self.connect_for_session(connection, client);
        // SAFETY: it came from the call, or is NULL.
        unsafe { jwt_auth_session_free(session) };
        answer
    }

    /// Lets a client connect.
    #[track_caller]
    pub fn connect_for_session(
        &self,
        connection: u64,
        client: Connect<'_>,
    ) -> (Answer, *mut jwt_auth_session) {
        let mut session = null_mut();
        let answer = self.decide(
            jwt_auth_registry_connect,
            connection,
            client,
            &raw mut session,
        );
        (answer, session)
    }

    /// Takes a new token of a client; none: it is not connected.
    #[track_caller]
    pub fn renew(&self, connection: u64, client: Connect<'_>) -> Option<Answer> {
        let mut session = null_mut();
        let answer = self.decide(
            jwt_auth_registry_renew,
            connection,
            client,
            &raw mut session,
        );
        // SAFETY: it came from the call, or is NULL.
        unsafe { jwt_auth_session_free(session) };
        if answer.status == jwt_auth_status::NotFound {
            assert_eq!((answer.result.decision, answer.result.reason), (0, 0));
            assert!(answer.claims.is_none());
            return None;
        }
        Some(answer)
    }

    /// Lets a client connect whose session only the table has.
    #[track_caller]
    pub fn admit(&self, connection: u64, client: Connect<'_>) {
        self.decide(jwt_auth_registry_connect, connection, client, null_mut())
            .allowed();
    }

    /// Calls one of the two functions that decide about a client. `session` is NULL where it is not
    /// wanted.
    fn decide(
        &self,
        call: Decide,
        connection: u64,
        client: Connect<'_>,
        session: *mut *mut jwt_auth_session,
    ) -> Answer {
        let (fields, mut result) = (client.fields(), POISON);
        // SAFETY: all pointers are good, or NULL where they may be.
        let (status, session) = unsafe {
            let (fields, result) = (&raw const fields, &raw mut result);
            let status = call(
                self.registry,
                self.broker.auth,
                connection,
                fields,
                result,
                session,
            );
            (status, session.as_ref().copied().unwrap_or(null_mut()))
        };
        Answer {
            status,
            result,
            claims: claims(session),
        }
    }

    #[track_caller]
    pub fn may(&self, connection: u64, client: Connect<'_>, ask: Ask, topic: &str) -> Permission {
        let (fields, mut permission) = (client.fields(), Permission::Allow as i32);
        // SAFETY: all pointers are good.
        let status = unsafe {
            jwt_auth_registry_authorize(
                self.registry,
                self.broker.auth,
                connection,
                &raw const fields,
                ask.action,
                bytes(Some(topic.as_bytes())),
                ask.qos,
                ask.retain,
                &raw mut permission,
            )
        };
        assert_eq!(status, jwt_auth_status::Ok);
        [Permission::Deny, Permission::Allow, Permission::NoMatch]
            .into_iter()
            .find(|known| *known as i32 == permission)
            .unwrap_or_else(|| panic!("the permission is {permission}"))
    }

    #[track_caller]
    pub fn state(&self, connection: u64, client: Connect<'_>) -> State {
        let (fields, mut state) = (client.fields(), -1);
        // SAFETY: all pointers are good.
        let status = unsafe {
            jwt_auth_registry_state(self.registry, connection, &raw const fields, &raw mut state)
        };
        assert_eq!(status, jwt_auth_status::Ok);
        [State::Absent, State::Connected, State::Offline, State::Over]
            .into_iter()
            .find(|known| *known as i32 == state)
            .unwrap_or_else(|| panic!("the state is {state}"))
    }

    /// Whether the connection was known.
    #[track_caller]
    pub fn disconnect(&self, connection: u64, offline: bool) -> bool {
        // SAFETY: it came from a registry's making.
        match unsafe { jwt_auth_registry_disconnect(self.registry, connection, offline.into()) } {
            jwt_auth_status::Ok => true,
            jwt_auth_status::NotFound => false,
            other => panic!("{other:?}"),
        }
    }

    /// The next client whose time has come.
    #[track_caller]
    pub fn next_over(&self) -> Option<Over> {
        let mut over = jwt_auth_over {
            connection: u64::MAX,
            client_id: bytes(Some(b"?")),
            reason: -1,
            offline: 7,
            reserved: [0xff; 11],
        };
        // SAFETY: all pointers are good.
        let status =
            unsafe { jwt_auth_registry_next_over(self.registry, self.broker.auth, &raw mut over) };
        assert_eq!(over.reserved, [0; 11]);
        if status == jwt_auth_status::NotFound {
            assert!(over.client_id.data.is_null());
            assert_eq!((over.connection, over.client_id.len), (0, 0));
            assert_eq!((over.reason, over.offline), (0, 0));
            return None;
        }
        assert_eq!(status, jwt_auth_status::Ok);
        let id = over.client_id;
        Some(Over {
            connection: over.connection,
            client_id: (!id.data.is_null()).then(|| {
                // SAFETY: the bytes live until the next call.
                unsafe { std::slice::from_raw_parts(id.data, id.len) }.to_vec()
            }),
            reason: [Reason::Expired, Reason::Revoked, Reason::NoKey]
                .into_iter()
                .find(|known| *known as i32 == over.reason)
                .unwrap_or_else(|| panic!("the reason is {}", over.reason)),
            offline: match over.offline {
                0 => false,
                1 => true,
                other => panic!("offline is {other}"),
            },
        })
    }

    /// All of them, as a timer asks.
    #[track_caller]
    pub fn all_over(&self) -> Vec<Over> {
        std::iter::from_fn(|| self.next_over()).collect()
    }

    /// How many are connected, and how many offline.
    #[track_caller]
    pub fn counts(&self) -> (usize, usize) {
        let (mut connected, mut offline) = (77, 77);
        // SAFETY: all pointers are good.
        let status = unsafe {
            jwt_auth_registry_counts(self.registry, &raw mut connected, &raw mut offline)
        };
        assert_eq!(status, jwt_auth_status::Ok);
        (connected, offline)
    }
}

impl Table<'_> {
    /// Asks another broker's verifier from now on.
    pub fn moved_to(mut self, other: &Broker) -> Table<'_> {
        Table {
            broker: other,
            registry: std::mem::replace(&mut self.registry, null_mut()),
        }
    }
}

impl Drop for Table<'_> {
    fn drop(&mut self) {
        // SAFETY: it came from a registry's making, or is NULL, and nobody uses it any more.
        unsafe { jwt_auth_registry_free(self.registry) };
    }
}
