//! Every raw pointer of the interface is read and written here, but for those of the hooks.

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::NonNull;

use libc::c_char;
use triomphe::Arc;

use super::types::{
    jwt_auth_bytes, jwt_auth_client, jwt_auth_registry_options, jwt_auth_session, jwt_auth_status,
};
use crate::client::Client;
use crate::config::ConfigError;
use crate::grant::Grant;
use crate::registry::RegistryOptions;

/// Borrows what the caller points to.
///
/// # Safety
///
/// `pointer` is NULL or points to a `T` that is valid, and not changed, for `'a`.
pub(super) unsafe fn borrow<'a, T>(pointer: *const T) -> Result<&'a T, jwt_auth_status> {
    // SAFETY: the caller's promise; NULL becomes None.
    unsafe { pointer.as_ref() }.ok_or(jwt_auth_status::NullArgument)
}

/// Borrows the grant of a session.
///
/// # Safety
///
/// `session` is NULL or came from [`give_session`], and is not freed during `'a`.
pub(super) unsafe fn grant<'a>(
    session: *const jwt_auth_session,
) -> Result<&'a Grant, jwt_auth_status> {
    // SAFETY: the caller's promise; `give_session` made the pointer of one to a grant.
    unsafe { borrow(session.cast::<Grant>()) }
}

/// Borrows a run of bytes that must be there.
///
/// # Safety
///
/// `data` is NULL or points to `len` bytes that are valid, and not changed, for `'a`.
pub(super) unsafe fn slice<'a>(data: *const u8, len: usize) -> Result<&'a [u8], jwt_auth_status> {
    if data.is_null() {
        return Err(jwt_auth_status::NullArgument);
    }
    if isize::try_from(len).is_err() {
        return Err(jwt_auth_status::BadArgument);
    }
    // SAFETY: not NULL, not longer than any object, and the rest is the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// Borrows a run of bytes that may not be there.
///
/// # Safety
///
/// As for [`slice()`].
pub(super) unsafe fn bytes<'a>(bytes: jwt_auth_bytes) -> Result<Option<&'a [u8]>, jwt_auth_status> {
    if bytes.data.is_null() {
        return if bytes.len == 0 {
            Ok(None)
        } else {
            Err(jwt_auth_status::BadArgument)
        };
    }
    // SAFETY: the caller's promise.
    unsafe { slice(bytes.data, bytes.len) }.map(Some)
}

/// Borrows a path, which is bytes that end with a NUL.
///
/// # Safety
///
/// `path` is NULL or points to bytes with a NUL behind them that are valid, and not changed, for `'a`.
pub(super) unsafe fn path<'a>(path: *const c_char) -> Result<&'a Path, jwt_auth_status> {
    if path.is_null() {
        return Err(jwt_auth_status::NullArgument);
    }
    // SAFETY: not NULL, and the rest is the caller's promise.
    let path = unsafe { CStr::from_ptr(path) };
    Ok(Path::new(OsStr::from_bytes(path.to_bytes())))
}

/// Reads the client struct of the caller's version. What a shorter struct does not reach is not there,
/// and what this version does not know of a longer one is ignored.
///
/// # Safety
///
/// `pointer` is NULL or points to as many bytes as its first member says, and those of its runs of
/// bytes that are not NULL are valid, and not changed, for `'a`.
pub(super) unsafe fn client<'a>(
    pointer: *const jwt_auth_client,
) -> Result<Client<'a>, jwt_auth_status> {
    // SAFETY: the caller's promise.
    let size = unsafe { client_size(pointer) }?;
    // SAFETY: the size says that these members are there; and the caller's promise, for each of them.
    unsafe {
        let peer_certificate = if size >= jwt_auth_client::PEER_CERTIFICATE_SIZE {
            (&raw const (*pointer).peer_certificate).read()
        } else {
            jwt_auth_bytes::NONE
        };
        Ok(Client {
            client_id: bytes((&raw const (*pointer).client_id).read())?,
            username: bytes((&raw const (*pointer).username).read())?,
            password: bytes((&raw const (*pointer).password).read())?,
            peer_address: bytes((&raw const (*pointer).peer_address).read())?,
            peer_certificate: bytes(peer_certificate)?,
        })
    }
}

/// Reads who a client is, and nothing else of the struct.
///
/// # Safety
///
/// As for [`client()`], for its client identifier and user name.
pub(super) unsafe fn identity<'a>(
    pointer: *const jwt_auth_client,
) -> Result<Client<'a>, jwt_auth_status> {
    // SAFETY: the caller's promise.
    unsafe { client_size(pointer) }?;
    // SAFETY: the size says that these members are there; and the caller's promise, for both.
    unsafe {
        Ok(Client {
            client_id: bytes((&raw const (*pointer).client_id).read())?,
            username: bytes((&raw const (*pointer).username).read())?,
            ..Client::default()
        })
    }
}

/// The size of the caller's client struct, which is that of a version.
///
/// # Safety
///
/// `pointer` is NULL or points to a size.
unsafe fn client_size(pointer: *const jwt_auth_client) -> Result<usize, jwt_auth_status> {
    if pointer.is_null() {
        return Err(jwt_auth_status::NullArgument);
    }
    // SAFETY: not NULL, and the size is there in every version. No reference is made: the struct
    // may be shorter than ours.
    let size = unsafe { (&raw const (*pointer).struct_size).read() };
    if size < jwt_auth_client::VERSION_1_SIZE {
        return Err(jwt_auth_status::BadStruct);
    }
    Ok(size)
}

/// Reads the options of a registry; NULL is those of a new one.
///
/// # Safety
///
/// `pointer` is NULL or points to as many bytes as its first member says.
pub(super) unsafe fn registry_options(
    pointer: *const jwt_auth_registry_options,
) -> Result<RegistryOptions, jwt_auth_status> {
    let defaults = RegistryOptions::default();
    if pointer.is_null() {
        return Ok(defaults);
    }
    // SAFETY: not NULL, and the size is there in every version.
    let size = unsafe { (&raw const (*pointer).struct_size).read() };
    if size < jwt_auth_registry_options::VERSION_1_SIZE {
        return Err(jwt_auth_status::BadStruct);
    }
    // SAFETY: all of our version's members are there.
    let options = unsafe { pointer.read() };
    Ok(RegistryOptions {
        max_offline: options.max_offline,
        recheck_seconds: match options.recheck_seconds {
            0 => defaults.recheck_seconds,
            seconds => seconds,
        },
    })
}

/// An out-parameter, which may be NULL. It is written and never read.
pub(super) struct Slot<T>(Option<NonNull<T>>);

impl<T> Slot<T> {
    /// Takes the pointer and writes `first` through it.
    ///
    /// # Safety
    ///
    /// `pointer` is NULL or may be written, by nobody else, while the slot lives.
    pub(super) unsafe fn new(pointer: *mut T, first: T) -> Self {
        let mut slot = Self(NonNull::new(pointer));
        slot.set(first);
        slot
    }

    /// The slot, if the caller gave one.
    pub(super) fn required(self) -> Result<Self, jwt_auth_status> {
        if self.0.is_some() {
            Ok(self)
        } else {
            Err(jwt_auth_status::NullArgument)
        }
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn set(&mut self, value: T) {
        if let Some(pointer) = self.0 {
            // SAFETY: the promise made to `new`.
            unsafe { pointer.write(value) }
        }
    }
}

/// The caller's buffer for an error text, or none.
pub(super) struct ErrorText {
    buffer: *mut c_char,
    len: usize,
}

impl ErrorText {
    /// Takes the buffer.
    ///
    /// # Safety
    ///
    /// `buffer` is NULL or has `len` bytes that may be written, by nobody else, while this lives.
    pub(super) unsafe fn new(buffer: *mut c_char, len: usize) -> Self {
        Self { buffer, len }
    }

    /// Says why a configuration was not accepted.
    pub(super) fn refuse(&mut self, error: &ConfigError) -> jwt_auth_status {
        self.set(&error.to_string());
        jwt_auth_status::BadConfig
    }

    /// Writes a text and a NUL, cut between two characters where the buffer ends.
    pub(super) fn set(&mut self, text: &str) {
        let Some(room) = self.len.checked_sub(1) else {
            return;
        };
        if self.buffer.is_null() {
            return;
        }
        let text = (0..=room.min(text.len()))
            .rev()
            .find_map(|end| text.get(..end))
            .unwrap_or_default();
        // SAFETY: the promise made to `new`; the text is at least one byte shorter than the buffer.
        unsafe {
            self.buffer
                .copy_from_nonoverlapping(text.as_ptr().cast(), text.len());
            self.buffer.add(text.len()).write(0);
        }
    }
}

/// Hands a value over to the caller.
pub(super) fn give<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// Hands a session over to the caller: one of those who share its grant.
pub(super) fn give_session(grant: impl Into<Arc<Grant>>) -> *mut jwt_auth_session {
    Arc::into_raw(grant.into()).cast_mut().cast()
}

/// Takes a session back from the caller.
///
/// # Safety
///
/// `session` is NULL or came from [`give_session`], and nobody uses it any more.
pub(super) unsafe fn drop_session(session: *mut jwt_auth_session) {
    if !session.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { Arc::from_raw(session.cast_const().cast::<Grant>()) });
    }
}

/// Hands a text over to the caller.
pub(super) fn give_text(text: String) -> Result<*mut c_char, jwt_auth_status> {
    let text = CString::new(text).map_err(|_| jwt_auth_status::Internal)?;
    Ok(text.into_raw())
}

/// Takes a text back from the caller and drops it.
///
/// # Safety
///
/// `text` is NULL or came from [`give_text`], and nobody uses it any more.
pub(super) unsafe fn drop_text(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { CString::from_raw(text) });
    }
}

/// Takes a value back from the caller and drops it.
///
/// # Safety
///
/// `pointer` is NULL or came from [`give`], and nobody uses it any more.
pub(super) unsafe fn drop_given<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(pointer) });
    }
}
