//! A verifier whose configuration is in a file.

use std::ptr::null_mut;

use libc::c_char;

use super::hooks::hooks;
use super::ptr::{self, ErrorText, Slot};
use super::types::{jwt_auth, jwt_auth_hooks, jwt_auth_status};
use super::verifier::configure;
use crate::verifier::Verifier;

/// Makes a verifier from a configuration that is in a file, as jwt_auth_init does from one in memory.
///
/// The file is a regular one of at most 16 MiB. Relative paths in it start from the working directory of
/// the process, and not from where the file is. What was read is wiped.
///
/// path: where the file is: bytes as the system takes them, ended by a NUL. Not kept.
/// hooks, auth: as for jwt_auth_init.
/// error: as for jwt_auth_init; a sentence about the configuration begins with the path of the file.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if path or auth is NULL; BAD_STRUCT if hooks has a wrong
/// struct_size; BAD_CONFIG if the file cannot be read, or the configuration was not accepted; INTERNAL
/// if the library failed.
///
/// Any thread may call it, at any time. It waits for the disk that the file is on, and for nobody else:
/// what is no regular file, such as a pipe, is refused.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above, and error_len bytes may be written to
/// error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_init_file(
    path: *const c_char,
    hooks: *const jwt_auth_hooks,
    auth: *mut *mut jwt_auth,
    error: *mut c_char,
    error_len: usize,
) -> jwt_auth_status {
    // SAFETY: the caller's contract.
    let text = unsafe { ErrorText::new(error, error_len) };
    configure("jwt_auth_init_file", text, |text| {
        // SAFETY: the caller's contract, for all three pointers.
        let (auth, path, hooks) = unsafe {
            let auth = Slot::new(auth, null_mut()).required();
            (auth, ptr::path(path), self::hooks(hooks))
        };
        let (mut auth, path, hooks) = (auth?, path?, hooks?);
        let made = Verifier::from_file(path, hooks);
        let verifier = made.map_err(|problem| text.refuse(&problem))?;
        auth.set(ptr::give(jwt_auth(verifier)));
        Ok(())
    })
}

/// Replaces the configuration of a verifier by the one in a file, as jwt_auth_reload does by one in
/// memory.
///
/// A file that cannot be read changes nothing, and is counted as a configuration that was not accepted
/// is.
///
/// auth: the verifier. Its hooks stay.
/// path, error: as for jwt_auth_init_file.
///
/// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if auth or path is NULL; BAD_CONFIG if the file cannot be
/// read, or the configuration was not accepted; INTERNAL if the library failed.
///
/// Threads: as for jwt_auth_reload. Of two at once, each reads the file when it is its turn, so the last
/// one to do so has the newer file.
///
/// # Safety
///
/// The pointers are NULL or valid for what is said above, auth came from the library and is not freed
/// meanwhile, and error_len bytes may be written to error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn jwt_auth_reload_file(
    auth: *mut jwt_auth,
    path: *const c_char,
    error: *mut c_char,
    error_len: usize,
) -> jwt_auth_status {
    // SAFETY: the caller's contract.
    let text = unsafe { ErrorText::new(error, error_len) };
    configure("jwt_auth_reload_file", text, |text| {
        // SAFETY: the caller's contract, for both pointers.
        let (auth, path) = unsafe { (ptr::borrow(auth), ptr::path(path)) };
        let (auth, path) = (auth?, path?);
        let reloaded = auth.0.reload_file(path);
        reloaded.map_err(|problem| text.refuse(&problem))
    })
}
