//! What may be asked of a session while its client is connected.

use libc::c_char;

use super::decision::Decision;
use super::guard::guard;
use super::ptr::{self, Slot};
use super::types::{
    jwt_auth, jwt_auth_bytes, jwt_auth_client, jwt_auth_result, jwt_auth_session, jwt_auth_status,
};
use crate::acl::{Action, Permission, Qos, Request};

/// Gives the claims of an accepted token: its payload, a JSON object, byte for byte as signed.
///
/// session: the session.
/// json: receives the bytes, without a NUL at their end. They belong to the session and live until
/// jwt_auth_session_free. Left as data NULL and len 0 if the call fails.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if an argument is NULL.
///
/// Any number of threads may call it at once with one session.
///
/// # Safety
///
/// The pointers are NULL or valid; session came from the library and is not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_session_claims(
    session: *const jwt_auth_session,
    json: *mut jwt_auth_bytes,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for both pointers.
        let (json, session) = unsafe {
            let json = Slot::new(json, jwt_auth_bytes::NONE).required();
            (json, ptr::grant(session))
        };
        let (mut json, session) = (json?, session?);
        json.set(session.claims().into());
        Ok(())
    })
}

/// Gives one of the client attributes of an accepted token: a member of its claim client_attrs, in the
/// order of the token. Numbers and booleans are given as text; members of other types are left out.
///
/// session: the session.
/// index: which one, from 0.
/// name, value: receive the bytes, UTF-8, without a NUL at their end. They belong to the session and
/// live until jwt_auth_session_free. Left as data NULL and len 0 if the call fails.
///
/// Returns JWT_AUTH_STATUS_OK; NOT_FOUND if there are no more than index of them; NULL_ARGUMENT if
/// session, name or value is NULL.
///
/// Any number of threads may call it at once with one session.
///
/// # Safety
///
/// The pointers are NULL or valid; session came from the library and is not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_session_attribute(
    session: *const jwt_auth_session,
    index: usize,
    name: *mut jwt_auth_bytes,
    value: *mut jwt_auth_bytes,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all three pointers.
        let (name, value, session) = unsafe {
            let name = Slot::new(name, jwt_auth_bytes::NONE).required();
            let value = Slot::new(value, jwt_auth_bytes::NONE).required();
            (name, value, ptr::grant(session))
        };
        let (mut name, mut value, session) = (name?, value?, session?);
        let attribute = session.attributes().nth(index);
        let (its_name, its_value) = attribute.ok_or(jwt_auth_status::NotFound)?;
        name.set(its_name.as_bytes().into());
        value.set(its_value.as_bytes().into());
        Ok(())
    })
}

/// Gives the user name of a client that the option username_claim says: the one to be used in the place
/// of what the client sent.
///
/// session: the session.
/// username: receives the bytes, UTF-8 and not empty, without a NUL at their end. They may hold any
/// character, a NUL, line breaks and the wildcards of MQTT among them: look at them before they are
/// given to anybody who takes those for something else. They belong to the session and live until
/// jwt_auth_session_free. Left as data NULL and len 0 if the call fails.
///
/// Returns JWT_AUTH_STATUS_OK; NOT_FOUND if username_claim was not set when the client was accepted, so
/// that its user name is the one that it sent; NULL_ARGUMENT if an argument is NULL.
///
/// Any number of threads may call it at once with one session.
///
/// # Safety
///
/// The pointers are NULL or valid; session came from the library and is not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_session_username(
    session: *const jwt_auth_session,
    username: *mut jwt_auth_bytes,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for both pointers.
        let (username, session) = unsafe {
            let username = Slot::new(username, jwt_auth_bytes::NONE).required();
            (username, ptr::grant(session))
        };
        let (mut username, session) = (username?, session?);
        let name = session.username().ok_or(jwt_auth_status::NotFound)?;
        username.set(name.as_bytes().into());
        Ok(())
    })
}

/// Gives the name of an accepted token, as in the log lines about it: the first 8 hexadecimal digits of
/// its SHA-256, in lower case. A caller's own log lines can name a client by it: a client identifier may
/// be a secret, because some devices send their token in every field.
///
/// session: the session.
/// text: receives the digits and a NUL, 9 bytes in all; an empty text if the call fails.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if an argument is NULL. There is no other failure.
///
/// Any number of threads may call it at once with one session.
/// cbindgen:ptrs-as-arrays=[[text; 9]]
///
/// # Safety
///
/// session is NULL or valid, came from the library and is not freed meanwhile; text is NULL or has 9
/// bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_session_fingerprint(
    session: *const jwt_auth_session,
    text: *mut c_char,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for both pointers. Nine characters need no alignment.
        let (text, session) = unsafe {
            let text = Slot::new(text.cast::<[u8; 9]>(), [0; 9]).required();
            (text, ptr::grant(session))
        };
        let (mut text, session) = (text?, session?);
        text.set(session.fingerprint().c_text());
        Ok(())
    })
}

/// Decides whether a connected client may do something with a topic.
///
/// A session whose token expired or was revoked is denied everything, and so are a topic name with wildcards or a
/// NUL, a topic filter that MQTT forbids, an empty topic, and one that is not UTF-8. Beyond that a
/// superuser is allowed everything, and a token without topic permissions says nothing: NO_MATCH.
/// A subscription is allowed by a rule that covers all of its topics, and denied by one that covers
/// any of them.
///
/// auth: a verifier; it tells the time, and need not be the one that made the session.
/// session: the session.
/// action: a jwt_auth_action.
/// topic: the topic name; for JWT_AUTH_ACTION_SUBSCRIBE the topic filter as the client sent it, with
/// $share/GROUP/ or $queue/ if it has that.
/// qos: 0, 1 or 2: of the message, or the one asked for by the subscription. Not looked at for
/// JWT_AUTH_ACTION_RECEIVE.
/// retain: 1 if the message is to be retained, else 0. Looked at for JWT_AUTH_ACTION_PUBLISH only.
/// permission: receives a jwt_auth_permission. It says deny before anything else is done, and still
/// does if the call fails.
///
/// Returns JWT_AUTH_STATUS_OK if something was decided; NULL_ARGUMENT if auth, session, permission or
/// the data of topic is NULL; BAD_ARGUMENT if topic has a length and no data, or action, qos or retain
/// is out of its range; INTERNAL if the library or the clock failed.
///
/// Any number of threads may call it at once with one session. It does not allocate but for a log
/// line, and takes a fraction of a microsecond: call it for each message.
///
/// # Safety
///
/// The pointers are NULL or valid; auth and session are not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_session_authorize(
    auth: *const jwt_auth,
    session: *const jwt_auth_session,
    action: i32,
    topic: jwt_auth_bytes,
    qos: u8,
    retain: u8,
    permission: *mut i32,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all four pointers.
        let (permission, auth, session, topic) = unsafe {
            let permission = Slot::new(permission, Permission::Deny as i32).required();
            (
                permission,
                ptr::borrow(auth),
                ptr::grant(session),
                ptr::bytes(topic),
            )
        };
        let (mut permission, auth, session) = (permission?, auth?, session?);
        let request = self::request(action, topic?, qos, retain)?;
        let decided = auth.0.authorize(session, &request);
        permission.set(decided? as i32);
        Ok(())
    })
}

/// What a client asks for, by the arguments of the call.
#[inline]
pub(super) fn request(
    action: i32,
    topic: Option<&[u8]>,
    qos: u8,
    retain: u8,
) -> Result<Request<'_>, jwt_auth_status> {
    Ok(Request {
        topic: topic.ok_or(jwt_auth_status::NullArgument)?,
        action: Action::from_number(action).ok_or(jwt_auth_status::BadArgument)?,
        qos: Qos::from_number(qos).ok_or(jwt_auth_status::BadArgument)?,
        retain: match retain {
            0 => false,
            1 => true,
            _ => return Err(jwt_auth_status::BadArgument),
        },
    })
}

/// Decides whether the client of a session would still be accepted, without its token: for brokers
/// that look after their clients from time to time, or after a change.
///
/// It refuses with JWT_AUTH_REASON_EXPIRED if the session has reached its expires_at, with
/// JWT_AUTH_REASON_REVOKED if the token was revoked, and with JWT_AUTH_REASON_NO_KEY if auth has not
/// got the key that verified the token, under whatever name; not while keys are yet to be fetched.
/// The decision is allow or deny, never ignore, and no line is logged about it.
///
/// auth: a verifier; it need not be the one that made the session.
/// session: the session.
/// result: receives the decision, as from jwt_auth_check. It says deny before anything else is done,
/// and still does if the call fails.
///
/// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NULL_ARGUMENT if an argument
/// is NULL; INTERNAL if the library or the clock failed.
///
/// Any number of threads may call it at once with one session. It does not allocate.
///
/// # Safety
///
/// The pointers are NULL or valid; auth and session are not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_session_recheck(
    auth: *const jwt_auth,
    session: *const jwt_auth_session,
    result: *mut jwt_auth_result,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all three pointers.
        let (result, auth, session) = unsafe {
            let result = Slot::new(result, jwt_auth_result::UNDECIDED).required();
            (result, ptr::borrow(auth), ptr::grant(session))
        };
        let (mut result, auth, session) = (result?, auth?, session?);
        let verdict = auth.0.recheck(session);
        result.set((&verdict?).into());
        Ok(())
    })
}

/// Decides whether a client that is connected may go on by another token: for MQTT 5, where a client
/// authenticates anew with an AUTH packet, without leaving.
///
/// It is jwt_auth_check, and one thing more: the token must be the same client's. Its claims iss and sub
/// must be those of the session, of the same JSON type and there or absent alike, and so must its user
/// name where both have one by the option username_claim; else the reason is
/// JWT_AUTH_REASON_IDENTITY_CHANGED, which comes after every other. The decision is allow or deny, never
/// ignore. It is counted as a check, and a log line says "renewed" or "renewal refused".
///
/// auth: a verifier; it need not be the one that made the session.
/// session: the session that the client has. It stays as it is, whatever is decided, and is still to be
/// freed; whether it is still good is not asked.
/// client: as for jwt_auth_check, with the new token in the field that `from` names, and otherwise as the
/// client connected.
/// result: receives the decision. It says deny before anything else is done, and still does if the call
/// fails.
/// renewed: receives what the new token grants, and NULL in every other case. End it with
/// jwt_auth_session_free. NULL if it is not wanted. Not where the caller keeps session, which would be
/// lost.
///
/// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NULL_ARGUMENT if auth, session,
/// client or result is NULL; BAD_STRUCT if client has a wrong struct_size; BAD_ARGUMENT if a field of
/// client has a length and no data; INTERNAL if the library or the clock failed.
///
/// Threads and time: as for jwt_auth_check.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above; auth and session are not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_session_renew(
    auth: *const jwt_auth,
    session: *const jwt_auth_session,
    client: *const jwt_auth_client,
    result: *mut jwt_auth_result,
    renewed: *mut *mut jwt_auth_session,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all five pointers.
        let (decision, auth, session, client) = unsafe {
            let decision = Decision::new(result, renewed);
            let (auth, session) = (ptr::borrow(auth), ptr::grant(session));
            (decision, auth, session, ptr::client(client))
        };
        let (decision, auth, session, client) = (decision?, auth?, session?, client?);
        decision.give(auth.0.renew(session, &client)?);
        Ok(())
    })
}

/// Ends a session. What jwt_auth_session_claims, jwt_auth_session_attribute and
/// jwt_auth_session_username gave is gone with it.
///
/// session: NULL does nothing. No other call may use it meanwhile or afterwards.
///
/// # Safety
///
/// session is NULL or came from the library, and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_session_free(session: *mut jwt_auth_session) {
    guard(|| {
        // SAFETY: the caller's contract.
        unsafe { ptr::drop_session(session) };
        Ok(())
    });
}
