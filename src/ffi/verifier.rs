//! A verifier: made, used and ended.

use std::ptr::null_mut;
use std::time::Duration;

use libc::c_char;

use super::decision::Decision;
use super::guard::guard;
use super::hooks::hooks;
use super::ptr::{self, ErrorText, Slot};
use super::types::{
    jwt_auth, jwt_auth_client, jwt_auth_hooks, jwt_auth_result, jwt_auth_session, jwt_auth_status,
};
use crate::config::utf8;
use crate::verifier::Verifier;

/// Makes a verifier from a configuration: a JSON object, as docs/configuration.md
/// describes it.
///
/// Key files are read during the call, and keys parsed once. Warnings, such as one of a weak
/// secret, go to the log hook. With an `endpoint` a thread is started that fetches its keys; the
/// call does not wait for them, and until they have come, or if they cannot be fetched, tokens that
/// need them are refused with JWT_AUTH_REASON_KEYS_UNAVAILABLE. The same holds for the list of
/// `revocations_endpoint`, without which all are refused with
/// JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE.
///
/// config: the JSON text, UTF-8, config_len bytes, no NUL needed; not kept. It may hold secrets,
/// and wiping it is up to the caller.
/// hooks: NULL for none; copied, but its userdata must live until jwt_auth_free returns.
/// auth: receives the verifier, or NULL if the call fails. End it with jwt_auth_free.
/// error: receives a sentence, ended by a NUL, that says what is wrong and names the option; empty
/// if nothing is. It quotes no value but the path of a file, and is cut between characters at
/// error_len bytes. May be NULL; 256 bytes are enough for most.
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
                self::hooks(hooks),
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
/// other, and both for a hook that a thread of the old configuration is running: hold no lock that the
/// hook takes. Other threads may go on to use the verifier: they never wait, and each of their calls is
/// answered by one of the two configurations.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above, auth came from the library and is not
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
        let config = utf8(config).inspect_err(|_| auth.0.count_failed_reload());
        let reloaded = config.and_then(|config| auth.0.reload(config));
        reloaded.map_err(|problem| text.refuse(&problem))
    })
}

/// Runs the body of a function that reads a configuration, and sees to the error text.
pub(super) fn configure(
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
/// ECDSA signature takes it tens to hundreds of microseconds for each key that is tried, which are
/// no more than `max_key_trials` of the configuration.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above; auth came from the library and is not
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
        let (decision, auth, client) = unsafe {
            let decision = Decision::new(result, session);
            (decision, ptr::borrow(auth), ptr::client(client))
        };
        let (decision, auth, client) = (decision?, auth?, client?);
        if decision.wants_session() {
            decision.give(auth.0.check(&client)?);
        } else {
            decision.tell(&auth.0.decide(&client)?);
        }
        Ok(())
    })
}

/// Waits until every endpoint has answered once, well or not: those of key sets, of discovery
/// documents and of revocations. This is the one call that waits.
///
/// It is for tools, tests, and brokers that would rather start late than refuse clients with
/// JWT_AUTH_REASON_KEYS_UNAVAILABLE or JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE. Without an endpoint
/// it returns at once. When another configuration is taken meanwhile, its endpoints are waited for,
/// and the old ones no more. In a child made by fork() whose endpoints have no threads, it does not
/// wait.
///
/// auth: the verifier.
/// milliseconds: the longest time to wait; 0 only looks.
///
/// Returns JWT_AUTH_STATUS_OK if every endpoint has brought what it is for; NOT_FOUND if one has not:
/// it failed, which the log tells, or the time is over; NULL_ARGUMENT if auth is NULL; INTERNAL if
/// the library failed.
///
/// Any thread may call it, at any time but during jwt_auth_free, which must not be called before it
/// has returned.
///
/// # Safety
///
/// auth is NULL or came from the library, and is not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_wait_ready(
    auth: *const jwt_auth,
    milliseconds: u32,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract.
        let auth = unsafe { ptr::borrow(auth) }?;
        if auth
            .0
            .wait_ready(Duration::from_millis(milliseconds.into()))
        {
            Ok(())
        } else {
            Err(jwt_auth_status::NotFound)
        }
    })
}

/// Ends a verifier and wipes its secrets. When it returns no hook is running, and none will be
/// called again. Sessions live on.
///
/// A fetch from an `endpoint` is cut. The thread that fetches ends by itself, within 5 seconds if it
/// is just connecting, or when the system gives up looking for the host name; it is not waited for,
/// and touches nothing but its own memory. A hook that is running on it is waited for, so the caller
/// must not hold a lock that the hook takes.
///
/// auth: NULL does nothing. No other call may use it meanwhile or afterwards.
///
/// # Safety
///
/// auth is NULL or came from the library, and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_free(auth: *mut jwt_auth) {
    guard(|| {
        // SAFETY: the caller's contract.
        unsafe { ptr::drop_given(auth) };
        Ok(())
    });
}
