//! For the operator: why a client was refused, and what was counted.

use std::ptr::null_mut;

use libc::c_char;

use super::guard::guard;
use super::ptr::{self, Slot};
use super::types::{jwt_auth, jwt_auth_client, jwt_auth_status};
use crate::host::log::LogLevel;

/// Tells what jwt_auth_check would decide about a client, and why: all that is wrong, and not the
/// first reason alone.
///
/// The text is a JSON object. `decision` and `reason` are names in lower case; `token` is the name of
/// the token in the log, and null of what has not the form of a token or is too large; `alg` and
/// `kid` are those of its header; `issuer` is the one of `issuers` that its `iss` names, and null for
/// the top level; `expires_at` is as in jwt_auth_result, and null for 0 and for a refusal; `cached`
/// says whether the signature is remembered. `steps` has every check in order: `check` is its name,
/// `outcome` is "passed", "failed" or "not_reached", and `detail` a sentence of at most 200 characters
/// with the values that decide, null where it was not reached. No secret, password or token is in the
/// text; claims are.
///
/// Nobody is accepted by it: it makes no session, writes no log line, counts and remembers nothing,
/// and asks no endpoint for a key.
///
/// auth: the verifier.
/// client: as for jwt_auth_check.
/// json: receives the text, which ends with a NUL; NULL if the call fails. End it with
/// jwt_auth_string_free.
///
/// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NULL_ARGUMENT if an argument
/// is NULL; BAD_STRUCT if client has a wrong struct_size; BAD_ARGUMENT if a field of client has a
/// length and no data; INTERNAL if the library or the clock failed.
///
/// Any number of threads may call it at once with one verifier. It verifies the signature each time.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above; auth came from the library and is not
/// freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_explain(
    auth: *const jwt_auth,
    client: *const jwt_auth_client,
    json: *mut *mut c_char,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for all three pointers.
        let (json, auth, client) = unsafe {
            let json = Slot::new(json, null_mut()).required();
            (json, ptr::borrow(auth), ptr::client(client))
        };
        let (mut json, auth, client) = (json?, auth?, client?);
        json.set(ptr::give_text(auth.0.explain(&client)?)?);
        Ok(())
    })
}

/// Tells what was counted since a verifier was made, in Prometheus' text format (version 0.0.4): what
/// an HTTP endpoint answers to a scrape, or a file of node_exporter's textfile collector holds. The
/// families and their labels are in docs/operating.md. Counters survive jwt_auth_reload. It tells no
/// token, and nothing that a client has sent: labels are texts of the library, the `iss` of the issuers
/// that are configured, and the `kid` of their keys.
///
/// auth: the verifier.
/// prometheus_text: receives the text, ended by a NUL, or NULL if the call fails. End it with
/// jwt_auth_string_free.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if an argument is NULL; INTERNAL if the library failed.
///
/// Any number of threads may call it at once with one verifier. It adds up what each thread has
/// counted, and is meant for once in a few seconds. The numbers are read one after the other, while
/// others count.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above; auth came from the library and is not
/// freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_stats(
    auth: *const jwt_auth,
    prometheus_text: *mut *mut c_char,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract, for both pointers.
        let (text, auth) = unsafe {
            let text = Slot::new(prometheus_text, null_mut()).required();
            (text, ptr::borrow(auth))
        };
        let (mut text, auth) = (text?, auth?);
        text.set(ptr::give_text(auth.0.stats())?);
        Ok(())
    })
}

/// Says which lines the log hook is to be given from now on: those of a level and of the levels before
/// it. Until it is called, the hook is given all.
///
/// A line that nobody wants costs nothing. Each client that is accepted has one at level DEBUG, which
/// takes about as long as all the rest of the check of a token that was seen before. Of a client that
/// was accepted while DEBUG was not wanted, later lines about its topics show neither name nor topic.
///
/// auth: the verifier. Without a log hook nothing is said.
/// level: a jwt_auth_log_level.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if auth is NULL; BAD_ARGUMENT if there is no such level;
/// INTERNAL if the library failed.
///
/// Any number of threads may call it at once with one verifier, before each check if need be: it costs
/// next to nothing.
///
/// # Safety
///
/// auth is NULL or came from the library, and is not freed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_set_log_level(
    auth: *const jwt_auth,
    level: i32,
) -> jwt_auth_status {
    guard(|| {
        // SAFETY: the caller's contract.
        let auth = unsafe { ptr::borrow(auth) }?;
        let level = LogLevel::from_number(level).ok_or(jwt_auth_status::BadArgument)?;
        auth.0.set_log_level(level);
        Ok(())
    })
}

/// Ends a text that the library made.
///
/// text: NULL does nothing. It is as the library gave it: the caller has not changed it. No other call
/// may use it meanwhile or afterwards.
///
/// Any thread may call it, also one that did not ask for the text, and also after jwt_auth_free.
///
/// # Safety
///
/// text is NULL or came from jwt_auth_explain or jwt_auth_stats, and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_string_free(text: *mut c_char) {
    guard(|| {
        // SAFETY: the caller's contract.
        unsafe { ptr::drop_text(text) };
        Ok(())
    });
}
