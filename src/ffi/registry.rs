//! The table of clients, for brokers that do not keep sessions themselves.

use std::ptr::null_mut;
use std::sync::{Mutex, PoisonError};

use super::decision::Decision;
use super::guard::guard;
use super::ptr::{self, Slot};
use super::session::request;
use super::types::{
    jwt_auth, jwt_auth_bytes, jwt_auth_client, jwt_auth_over, jwt_auth_registry,
    jwt_auth_registry_options, jwt_auth_result, jwt_auth_session, jwt_auth_status,
};
use crate::acl::Permission;
use crate::registry::{Registry, State};

/// Makes a table without a client.
///
/// A client is named by its connection, a number or a pointer of the broker's own: of those that are
/// present no two have the same, and it may be used again later. What the table holds of it answers
/// for the connection, the client identifier and the user name together, so a connection that is used
/// again, or a client that the broker admits without asking, inherits nothing. All times are those of
/// the verifier's clock.
///
/// options: NULL for 20,000 offline clients and 10 seconds.
/// registry: receives the table, or NULL if the call fails. End it with jwt_auth_registry_free.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if registry is NULL; BAD_STRUCT if options has a wrong
/// struct_size; INTERNAL if the library failed.
///
/// Any thread may call it, at any time.
///
/// # Safety
///
/// The pointers are NULL or valid; options has as many bytes as its struct_size says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_registry_new(
    options: *const jwt_auth_registry_options,
    registry: *mut *mut jwt_auth_registry,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for both pointers.
        let (registry, options) = unsafe {
            let registry = Slot::new(registry, null_mut()).required();
            (registry, ptr::registry_options(options))
        };
        let (mut registry, options) = (registry?, options?);
        registry.set(ptr::give(jwt_auth_registry {
            registry: Registry::new(options),
            last_over: Mutex::default(),
        }));
        Ok(())
    })
}

/// Ends a table, with the sessions in it. Those that a call has handed out live on.
///
/// registry: NULL does nothing. No other call may use it meanwhile or afterwards.
///
/// # Safety
///
/// registry is NULL or came from jwt_auth_registry_new, and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_registry_free(registry: *mut jwt_auth_registry) {
    guard(|| {
        // SAFETY: the caller's contract.
        unsafe { ptr::drop_given(registry) };
        Ok(())
    });
}

/// Decides whether a client may connect, as jwt_auth_check does, and keeps its session if it may.
///
/// What the connection had is dropped first, whatever is decided. If the client is accepted, the
/// sessions of offline clients with its client identifier are dropped as well; one that is still
/// connected stays until jwt_auth_registry_disconnect tells of it, since its will is yet to be asked
/// about. It may be called again for a client that is there, as Mosquitto does after SIGHUP.
///
/// registry: the table.
/// auth: the verifier.
/// connection: the broker's name of the connection.
/// client: as for jwt_auth_check.
/// result: receives the decision. It says deny before anything else is done, and still does if the
/// call fails.
/// session: receives a handle of the caller's own to what the client is granted, and NULL in every
/// other case. End it with jwt_auth_session_free. NULL if it is not wanted.
///
/// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NULL_ARGUMENT if registry,
/// auth, client or result is NULL, BAD_STRUCT if client has a wrong struct_size, and BAD_ARGUMENT if
/// a field of client has a length and no data: then nothing is changed; INTERNAL if the library or
/// the clock failed: then the connection has no session.
///
/// Any number of threads may call it at once, each for another connection.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above; registry and auth are not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_registry_connect(
    registry: *mut jwt_auth_registry,
    auth: *const jwt_auth,
    connection: u64,
    client: *const jwt_auth_client,
    result: *mut jwt_auth_result,
    session: *mut *mut jwt_auth_session,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all five pointers.
        let (decision, registry, auth, client) = unsafe {
            let decision = Decision::new(result, session);
            let (registry, auth) = (ptr::borrow(registry), ptr::borrow(auth));
            (decision, registry, auth, ptr::client(client))
        };
        let (decision, registry, auth, client) = (decision?, registry?, auth?, client?);
        decision.give(registry.registry.connect(&auth.0, connection, &client)?);
        Ok(())
    })
}

/// Takes a new token of a client that is connected, as jwt_auth_session_renew does, and keeps its new
/// session in the place of the old one.
///
/// A refused renewal leaves the old session as it is: disconnecting the client is up to the broker.
///
/// registry, auth, connection: as for jwt_auth_registry_connect.
/// client: who is connected, with the new token. Its client identifier and user name are those that
/// jwt_auth_registry_state is asked with.
/// result: receives the decision, allow or deny. It says deny before anything else is done, and still
/// does if the call fails.
/// session: receives a handle of the caller's own to what the client is granted now, and NULL in every
/// other case. End it with jwt_auth_session_free. NULL if it is not wanted.
///
/// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NOT_FOUND if the client is not
/// JWT_AUTH_STATE_CONNECTED; NULL_ARGUMENT if registry, auth, client or result is NULL; BAD_STRUCT if
/// client has a wrong struct_size; BAD_ARGUMENT if a field of client has a length and no data;
/// INTERNAL if the library or the clock failed. A call that fails changes nothing.
///
/// Any number of threads may call it at once, each for another connection.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above; registry and auth are not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_registry_renew(
    registry: *mut jwt_auth_registry,
    auth: *const jwt_auth,
    connection: u64,
    client: *const jwt_auth_client,
    result: *mut jwt_auth_result,
    session: *mut *mut jwt_auth_session,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all five pointers.
        let (decision, registry, auth, client) = unsafe {
            let decision = Decision::new(result, session);
            let (registry, auth) = (ptr::borrow(registry), ptr::borrow(auth));
            (decision, registry, auth, ptr::client(client))
        };
        let (decision, registry, auth, client) = (decision?, registry?, auth?, client?);
        let verdict = registry.registry.renew(&auth.0, connection, &client)?;
        decision.give(verdict.ok_or(jwt_auth_status::NotFound)?);
        Ok(())
    })
}

/// Decides whether a client may do something with a topic, as jwt_auth_session_authorize does.
///
/// A client that has no session here is left to the broker: NO_MATCH. That is so for whoever has
/// another client identifier or user name than the client that was accepted on this connection.
/// Everything is denied to a client that jwt_auth_registry_next_over gave.
///
/// registry, auth, connection: as for jwt_auth_registry_connect.
/// client: who asks. Its client_id and username are as they were at jwt_auth_registry_connect, and the
/// user name is that of `username_claim` where this is set; a client that sent none is answered for
/// without one as well. The other fields are not looked at.
/// action, topic, qos, retain, permission: as for jwt_auth_session_authorize.
///
/// Returns JWT_AUTH_STATUS_OK if something was decided; NULL_ARGUMENT if registry, auth, client,
/// permission or the data of topic is NULL; BAD_STRUCT if client has a wrong struct_size; BAD_ARGUMENT
/// if client_id, username or topic has a length and no data, or action, qos or retain is out of its
/// range; INTERNAL if the library or the clock failed.
///
/// Any number of threads may call it at once. It allocates for a log line only, and no other call keeps
/// it waiting for longer than a look-up: call it for each message.
///
/// # Safety
///
/// The pointers are NULL or valid; registry and auth are not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_registry_authorize(
    registry: *const jwt_auth_registry,
    auth: *const jwt_auth,
    connection: u64,
    client: *const jwt_auth_client,
    action: i32,
    topic: jwt_auth_bytes,
    qos: u8,
    retain: u8,
    permission: *mut i32,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all five pointers.
        let (permission, registry, auth, client, topic) = unsafe {
            let permission = Slot::new(permission, Permission::Deny as i32).required();
            (
                permission,
                ptr::borrow(registry),
                ptr::borrow(auth),
                ptr::identity(client),
                ptr::bytes(topic),
            )
        };
        let (mut permission, registry, auth) = (permission?, registry?, auth?);
        let (client, request) = (client?, request(action, topic?, qos, retain)?);
        let registry = &registry.registry;
        let decided = registry.authorize(&auth.0, connection, &client, &request);
        permission.set(decided? as i32);
        Ok(())
    })
}

/// Tells what the table knows of a client.
///
/// registry, connection: as for jwt_auth_registry_connect.
/// client: as for jwt_auth_registry_authorize.
/// state: receives a jwt_auth_state; JWT_AUTH_STATE_ABSENT if the call fails.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if registry, client or state is NULL; BAD_STRUCT if client
/// has a wrong struct_size; BAD_ARGUMENT if client_id or username has a length and no data; INTERNAL if
/// the library failed.
///
/// Any number of threads may call it at once. It does not allocate.
///
/// # Safety
///
/// The pointers are NULL or valid; registry is not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_registry_state(
    registry: *const jwt_auth_registry,
    connection: u64,
    client: *const jwt_auth_client,
    state: *mut i32,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all three pointers.
        let (state, registry, client) = unsafe {
            let state = Slot::new(state, State::Absent as i32).required();
            (state, ptr::borrow(registry), ptr::identity(client))
        };
        let (mut state, registry, client) = (state?, registry?, client?);
        state.set(registry.registry.state(connection, &client) as i32);
        Ok(())
    })
}

/// Tells the table that a connection is closed.
///
/// registry: the table.
/// connection: the broker's name of the connection.
/// offline: 1 if the broker may still ask about the client: for its will, which may be delayed, or for
/// messages that are queued for it. What it was granted goes on answering until its client identifier
/// connects again, its connection is used again, or more clients than max_offline went after it. A
/// second call changes nothing. 0 if it will not: its session is dropped.
///
/// Returns JWT_AUTH_STATUS_OK; NOT_FOUND if there is no such connection, as after a refusal;
/// NULL_ARGUMENT if registry is NULL; BAD_ARGUMENT if offline is over 1; INTERNAL if the library failed.
///
/// Any number of threads may call it at once, each for another connection.
///
/// # Safety
///
/// registry is NULL or came from jwt_auth_registry_new, and is not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_registry_disconnect(
    registry: *mut jwt_auth_registry,
    connection: u64,
    offline: u8,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract.
        let registry = unsafe { ptr::borrow(registry.cast_const()) }?;
        let offline = match offline {
            0 => false,
            1 => true,
            _ => return Err(jwt_auth_status::BadArgument),
        };
        if registry.registry.disconnect(connection, offline) {
            Ok(())
        } else {
            Err(jwt_auth_status::NotFound)
        }
    })
}

/// Gives a client whose token has expired, was revoked or has lost its key, so that the broker can
/// disconnect it. Call it from a timer, until it returns NOT_FOUND.
///
/// Each client is given once: within a second after its expires_at, and within recheck_seconds after
/// it was revoked or lost its key, if it is called at least that often; once a second is best. From then
/// on everything is denied to it, until jwt_auth_registry_connect, or jwt_auth_registry_disconnect with
/// offline 0, is called for its connection; one that is offline stays as jwt_auth_registry_disconnect
/// says. So the broker's own rules never decide about a client whose token is over. A client that has a
/// new session meanwhile is judged by that.
///
/// registry: the table.
/// auth: the verifier.
/// over: receives the client; all zero if there is none, or if the call fails.
///
/// Returns JWT_AUTH_STATUS_OK if there is one; NOT_FOUND if there is none now; NULL_ARGUMENT if an
/// argument is NULL; INTERNAL if the library or the clock failed.
///
/// One thread at a time may call it; others may use the table meanwhile. A broker with several threads
/// must see to it that the connection is not used again by another client before it is disconnected.
///
/// # Safety
///
/// The pointers are NULL or valid; registry and auth are not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_registry_next_over(
    registry: *mut jwt_auth_registry,
    auth: *const jwt_auth,
    over: *mut jwt_auth_over,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all three pointers.
        let (over, registry, auth) = unsafe {
            let over = Slot::new(over, jwt_auth_over::NOBODY).required();
            (over, ptr::borrow(registry.cast_const()), ptr::borrow(auth))
        };
        let (mut over, registry, auth) = (over?, registry?, auth?);
        let next = registry.registry.next_over(&auth.0)?;
        let next = next.ok_or(jwt_auth_status::NotFound)?;
        let mut last = (registry.last_over.lock()).unwrap_or_else(PoisonError::into_inner);
        *last = next.client_id;
        over.set(jwt_auth_over {
            connection: next.connection,
            client_id: last.as_deref().map_or(jwt_auth_bytes::NONE, Into::into),
            reason: next.reason as i32,
            offline: next.offline.into(),
            ..jwt_auth_over::NOBODY
        });
        Ok(())
    })
}

/// Tells how many clients the table has, without those that jwt_auth_registry_next_over gave.
///
/// registry: the table.
/// connected, offline: receive the numbers; 0 if the call fails.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if an argument is NULL; INTERNAL if the library failed.
///
/// Any number of threads may call it at once.
///
/// # Safety
///
/// The pointers are NULL or valid; registry is not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_registry_counts(
    registry: *const jwt_auth_registry,
    connected: *mut usize,
    offline: *mut usize,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all three pointers.
        let (connected, offline, registry) = unsafe {
            let connected = Slot::new(connected, 0).required();
            let offline = Slot::new(offline, 0).required();
            (connected, offline, ptr::borrow(registry))
        };
        let (mut connected, mut offline, registry) = (connected?, offline?, registry?);
        let (now_connected, now_offline) = registry.registry.counts();
        connected.set(now_connected);
        offline.set(now_offline);
        Ok(())
    })
}
