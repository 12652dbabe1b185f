//! The C interface, from which `include/jwt_auth.h` is generated.
//!
//! An exported function is four moves: guard, borrow, one safe call, write. No decision is taken
//! here. The doc comments are the header's manual, so they speak C.
#![expect(unsafe_code, reason = "the one place where C's pointers are met")]
#![expect(non_camel_case_types, reason = "the names are C's")]
#![expect(clippy::doc_markdown, reason = "the header is no markdown")]

mod guard;
mod ptr;
mod types;

use std::ptr::null_mut;

use libc::c_char;

pub use types::{
    JWT_AUTH_ABI_VERSION, jwt_auth, jwt_auth_bytes, jwt_auth_client, jwt_auth_clock_fn,
    jwt_auth_hooks, jwt_auth_log_fn, jwt_auth_result, jwt_auth_session, jwt_auth_status,
};

use crate::acl::{Action, Permission, Qos, Request};
use crate::config::ConfigError;
use crate::refusal::{Decision, Reason};
use crate::verifier::Verifier;
use guard::guard;
use ptr::{ErrorText, Slot};

/// Makes a verifier from a configuration: a JSON object, as docs/configuration.md
/// describes it.
///
/// Key files are read during the call, and keys parsed once. Warnings, such as one of a weak
/// secret, go to the log hook. With an `endpoint` a thread is started that fetches its keys; the
/// call does not wait for them, and until they have come, or if they cannot be fetched, tokens that
/// need them are refused with JWT_AUTH_REASON_KEYS_UNAVAILABLE.
///
/// config: the JSON text, UTF-8, config_len bytes, no NUL needed; not kept. It may hold secrets,
/// and wiping it is up to the caller.
/// hooks: NULL for none; copied, but its userdata must live until jwt_auth_free returns.
/// auth: receives the verifier, or NULL if the call fails. End it with jwt_auth_free.
/// error: receives a sentence, ended by a NUL, that says what is wrong and names the option; empty
/// if nothing is. It quotes no value, and is cut between characters at error_len bytes. May be
/// NULL; 256 bytes are enough for most.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if config or auth is NULL; BAD_STRUCT if hooks has a
/// wrong struct_size; BAD_CONFIG if the configuration was not accepted; BAD_ARGUMENT if config_len
/// is no length an object can have; INTERNAL if the library failed.
///
/// Any thread may call it, at any time.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above, and error_len bytes may be written to
/// error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_init(
    config: *const c_char,
    config_len: usize,
    hooks: *const jwt_auth_hooks,
    auth: *mut *mut jwt_auth,
    error: *mut c_char,
    error_len: usize,
) -> jwt_auth_status {
    // SAFETY: the caller's contract.
    let text = unsafe { ErrorText::new(error, error_len) };
    configure("jwt_auth_init", text, |text| {
        // SAFETY: the caller's contract, for all three pointers.
        let (auth, config, hooks) = unsafe {
            let auth = Slot::new(auth, null_mut()).required();
            (
                auth,
                ptr::slice(config.cast(), config_len),
                ptr::hooks(hooks),
            )
        };
        let (mut auth, config, hooks) = (auth?, config?, hooks?);
        let made = utf8(config).and_then(|config| Verifier::new(config, hooks));
        let verifier = made.map_err(|problem| text.refuse(&problem))?;
        auth.set(ptr::give(jwt_auth(verifier)));
        Ok(())
    })
}

/// Replaces the configuration of a verifier, for all of its users at once: reads the JSON text and
/// the files it names as jwt_auth_init does, and then takes them in the place of the old ones.
///
/// A configuration that is not accepted changes nothing. If `endpoint` and `ssl` stay as they were,
/// so do the keys that were fetched, and the next fetch is when it would have been; `headers` are
/// used for the next one, which comes soon if they changed. With another `endpoint`, its keys have
/// yet to come. Ask jwt_auth_session_recheck about the clients that are connected: the keys that
/// verified their tokens may be gone, and tokens may be revoked.
///
/// auth: the verifier. Its hooks stay.
/// config, error: as for jwt_auth_init.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if auth or config is NULL; BAD_CONFIG if the
/// configuration was not accepted; BAD_ARGUMENT if config_len is no length an object can have;
/// INTERNAL if the library failed.
///
/// Any thread may call it, at any time but during jwt_auth_free; of two at once, one waits for the
/// other, and both for a log hook that a thread of the old configuration is running: hold no lock that
/// the hook takes. Other threads may go on to use the verifier: they never wait, and each of their calls is
/// answered by one of the two configurations.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above, auth came from jwt_auth_init and is not
/// freed meanwhile, and error_len bytes may be written to error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_reload(
    auth: *mut jwt_auth,
    config: *const c_char,
    config_len: usize,
    error: *mut c_char,
    error_len: usize,
) -> jwt_auth_status {
    // SAFETY: the caller's contract.
    let text = unsafe { ErrorText::new(error, error_len) };
    configure("jwt_auth_reload", text, |text| {
        // SAFETY: the caller's contract, for both pointers.
        let (auth, config) = unsafe { (ptr::borrow(auth), ptr::slice(config.cast(), config_len)) };
        let (auth, config) = (auth?, config?);
        let reloaded = utf8(config).and_then(|config| auth.0.reload(config));
        reloaded.map_err(|problem| text.refuse(&problem))
    })
}

/// Runs the body of a function that reads a configuration, and sees to the error text.
fn configure(
    function: &str,
    mut text: ErrorText,
    body: impl FnOnce(&mut ErrorText) -> Result<(), jwt_auth_status>,
) -> jwt_auth_status {
    text.set("the library failed; this is a defect of libjwt_auth");
    let status = guard(|| body(&mut text));
    match status {
        jwt_auth_status::BadConfig | jwt_auth_status::Internal => {}
        jwt_auth_status::NullArgument => text.set(&format!("{function}: an argument is NULL")),
        jwt_auth_status::BadStruct => {
            text.set(&format!("{function}: struct_size of hooks is too small"));
        }
        jwt_auth_status::BadArgument => text.set(&format!("{function}: config_len is too large")),
        jwt_auth_status::Ok | jwt_auth_status::NotFound => text.set(""),
    }
    status
}

fn utf8(config: &[u8]) -> Result<&str, ConfigError> {
    std::str::from_utf8(config).map_err(|_| ConfigError::whole("not UTF-8"))
}

/// Decides whether a client may connect.
///
/// auth: the verifier.
/// client: who is connecting; struct_size must be set. Not kept.
/// result: receives the decision. It says deny before anything else is done, and still does if
/// the call fails.
/// session: receives what an accepted token grants, and NULL in every other case. End it with
/// jwt_auth_session_free. NULL if it is not wanted.
///
/// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NULL_ARGUMENT if auth,
/// client or result is NULL; BAD_STRUCT if client has a wrong struct_size; BAD_ARGUMENT if a field
/// of client has a length and no data; INTERNAL if the library or the clock failed.
///
/// Any number of threads may call it at once with one verifier. It neither blocks nor waits for
/// the network: the keys of an `endpoint` are those that were fetched before the call. An RSA or
/// ECDSA signature takes it tens to hundreds of microseconds for each key that is tried; a token
/// without a kid tries every key that fits its alg.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above; auth came from jwt_auth_init and is not
/// freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_check(
    auth: *const jwt_auth,
    client: *const jwt_auth_client,
    result: *mut jwt_auth_result,
    session: *mut *mut jwt_auth_session,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all four pointers.
        let (mut session, result, auth, client) = unsafe {
            let session = Slot::new(session, null_mut());
            let result = Slot::new(result, jwt_auth_result::UNDECIDED).required();
            (session, result, ptr::borrow(auth), ptr::client(client))
        };
        let (mut result, auth, client) = (result?, auth?, client?);
        let decided = if session.is_wanted() {
            let verdict = auth.0.check(&client);
            let verdict = verdict.map_err(|_| jwt_auth_status::Internal)?;
            let decided = jwt_auth_result::from(&verdict);
            if let Ok(grant) = verdict.outcome {
                session.set(ptr::give(jwt_auth_session(grant)));
            }
            decided
        } else {
            let verdict = auth.0.decide(&client);
            jwt_auth_result::from(&verdict.map_err(|_| jwt_auth_status::Internal)?)
        };
        result.set(decided);
        Ok(())
    })
}

/// Ends a verifier and wipes its secrets. When it returns no hook is running, and none will be
/// called again. Sessions live on.
///
/// A fetch from an `endpoint` is cut. The thread that fetches ends by itself, within 5 seconds if it
/// is just connecting, or when the system gives up looking for the host name; it is not waited for,
/// and touches nothing but its own memory. A log hook that is running on it is waited for, so the
/// caller must not hold a lock that the hook takes.
///
/// auth: NULL does nothing. No other call may use it meanwhile or afterwards.
///
/// # Safety
///
/// auth is NULL or came from jwt_auth_init, and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_free(auth: *mut jwt_auth) {
    guard(|| {
        // SAFETY: the caller's contract.
        unsafe { ptr::drop_given(auth) };
        Ok(())
    });
}

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
/// The pointers are NULL or valid; session came from jwt_auth_check and is not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_session_claims(
    session: *const jwt_auth_session,
    json: *mut jwt_auth_bytes,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for both pointers.
        let (json, session) = unsafe {
            let json = Slot::new(json, jwt_auth_bytes::NONE).required();
            (json, ptr::borrow(session))
        };
        let (mut json, session) = (json?, session?);
        json.set(session.0.claims().into());
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
/// The pointers are NULL or valid; session came from jwt_auth_check and is not freed meanwhile.
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
            (name, value, ptr::borrow(session))
        };
        let (mut name, mut value, session) = (name?, value?, session?);
        let attribute = session.0.attributes().nth(index);
        let (its_name, its_value) = attribute.ok_or(jwt_auth_status::NotFound)?;
        name.set(its_name.as_bytes().into());
        value.set(its_value.as_bytes().into());
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
/// Any number of threads may call it at once with one session. It does not allocate, and takes a
/// fraction of a microsecond: call it for each message.
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
                ptr::borrow(session),
                ptr::bytes(topic),
            )
        };
        let (mut permission, auth, session) = (permission?, auth?, session?);
        let request = Request {
            topic: topic?.ok_or(jwt_auth_status::NullArgument)?,
            action: Action::from_number(action).ok_or(jwt_auth_status::BadArgument)?,
            qos: Qos::from_number(qos).ok_or(jwt_auth_status::BadArgument)?,
            retain: match retain {
                0 => false,
                1 => true,
                _ => return Err(jwt_auth_status::BadArgument),
            },
        };
        let decided = auth.0.authorize(&session.0, &request);
        permission.set(decided.map_err(|_| jwt_auth_status::Internal)? as i32);
        Ok(())
    })
}

/// Decides whether the client of a session would still be accepted, without its token: for brokers
/// that look after their clients from time to time, or after a change.
///
/// It refuses with JWT_AUTH_REASON_EXPIRED if the session has reached its expires_at, with
/// JWT_AUTH_REASON_REVOKED if the token was revoked, and with JWT_AUTH_REASON_NO_KEY if auth has not
/// got the key that verified the token, under whatever name; not while keys are yet to be fetched.
/// The decision is allow or deny, never ignore, and no line is logged.
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
            (result, ptr::borrow(auth), ptr::borrow(session))
        };
        let (mut result, auth, session) = (result?, auth?, session?);
        let verdict = auth.0.recheck(&session.0);
        result.set((&verdict.map_err(|_| jwt_auth_status::Internal)?).into());
        Ok(())
    })
}

/// Ends a session. What jwt_auth_session_claims and jwt_auth_session_attribute gave is gone with it.
///
/// session: NULL does nothing. No other call may use it meanwhile or afterwards.
///
/// # Safety
///
/// session is NULL or came from jwt_auth_check, and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_session_free(session: *mut jwt_auth_session) {
    guard(|| {
        // SAFETY: the caller's contract.
        unsafe { ptr::drop_given(session) };
        Ok(())
    });
}

/// The name of a jwt_auth_status, such as "bad_config"; "unknown" for any other number.
///
/// Never NULL. The text is static: it is not freed, and any thread may read it.
#[unsafe(no_mangle)]
pub extern "C" fn jwt_auth_status_str(status: i32) -> *const c_char {
    jwt_auth_status::from_number(status)
        .map_or(UNKNOWN, jwt_auth_status::name)
        .as_ptr()
}

/// The name of a jwt_auth_reason, such as "expired"; "unknown" for any other number.
///
/// Never NULL. The text is static: it is not freed, and any thread may read it.
#[unsafe(no_mangle)]
pub extern "C" fn jwt_auth_reason_str(reason: i32) -> *const c_char {
    Reason::from_number(reason)
        .map_or(UNKNOWN, Reason::name)
        .as_ptr()
}

/// The name of a jwt_auth_decision, such as "deny"; "unknown" for any other number.
///
/// Never NULL. The text is static: it is not freed, and any thread may read it.
#[unsafe(no_mangle)]
pub extern "C" fn jwt_auth_decision_str(decision: i32) -> *const c_char {
    Decision::from_number(decision)
        .map_or(UNKNOWN, Decision::name)
        .as_ptr()
}

const UNKNOWN: &std::ffi::CStr = c"unknown";

/// The version of the library that is running, such as "0.1.0".
///
/// Never NULL. The text is static: it is not freed, and any thread may read it.
#[unsafe(no_mangle)]
pub extern "C" fn jwt_auth_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The version of the binary interface of the library that is running. A program that loads the
/// library by itself compares it with JWT_AUTH_ABI_VERSION before any other call. Any thread may
/// call it.
#[unsafe(no_mangle)]
pub extern "C" fn jwt_auth_abi_version() -> u32 {
    JWT_AUTH_ABI_VERSION
}
