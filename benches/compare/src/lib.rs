//! What the C program needs of Rust: tokens to check, and the crates to check them with.

mod peers;
mod tokens;

use std::ffi::{CStr, CString, c_char, c_int};

use peers::Peer;

/// The text of a C string.
///
/// # Safety
///
/// It is one, and lives.
unsafe fn text<'a>(text: *const c_char) -> &'a str {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8")
}

/// A crate with a key, or NULL: it does not know the algorithm, or is not in this build.
///
/// # Safety
///
/// All are C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn peers_open(
    name: *const c_char,
    algorithm: *const c_char,
    keys: *const c_char,
) -> *mut Peer {
    // SAFETY: the caller's promise.
    let (name, algorithm, keys) = unsafe { (text(name), text(algorithm), text(keys)) };
    let peer = peers::open(name, algorithm, keys);
    peer.map_or(std::ptr::null_mut(), |peer| Box::into_raw(Box::new(peer)))
}

/// Whether the token is good, and this client's.
///
/// # Safety
///
/// The peer is from `peers_open`, the others are C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn peers_check(
    peer: *const Peer,
    token: *const c_char,
    client: *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    let (peer, token, client) = unsafe { (&*peer, text(token), text(client)) };
    c_int::from(peer(token).is_some_and(|found| found == client))
}

/// The token of a client with this number, good or with the named defect. Never freed.
///
/// # Safety
///
/// All are C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn peers_token(
    algorithm: *const c_char,
    keys: *const c_char,
    defect: *const c_char,
    number: c_int,
) -> *mut c_char {
    // SAFETY: the caller's promise.
    let (algorithm, keys, defect) = unsafe { (text(algorithm), text(keys), text(defect)) };
    give(tokens::token(algorithm, keys, defect, number))
}

/// The key as a JSON Web Key. Never freed.
///
/// # Safety
///
/// Both are C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn peers_jwk(algorithm: *const c_char, keys: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    let (algorithm, keys) = unsafe { (text(algorithm), text(keys)) };
    give(tokens::jwk(algorithm, keys))
}

fn give(text: String) -> *mut c_char {
    CString::new(text).expect("no NUL").into_raw()
}
