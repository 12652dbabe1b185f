//! The caller's functions as closures.

use std::ffi::CStr;

use libc::c_void;

use super::types::{jwt_auth_hooks, jwt_auth_status};
use crate::verifier::Hooks;

/// Copies the hooks.
///
/// # Safety
///
/// `pointer` is NULL or points to as many bytes as its first member says, or to a whole struct if
/// that is 0. The functions may be called with the userdata, from any thread, for as long as the
/// hooks are kept.
pub(super) unsafe fn hooks(pointer: *const jwt_auth_hooks) -> Result<Hooks, jwt_auth_status> {
    if pointer.is_null() {
        return Ok(Hooks::default());
    }
    // SAFETY: not NULL, and the size is there in every version.
    let size = unsafe { (&raw const (*pointer).struct_size).read() };
    if size != 0 && size < jwt_auth_hooks::VERSION_1_SIZE {
        return Err(jwt_auth_status::BadStruct);
    }
    // SAFETY: all of our version's members are there.
    let hooks = unsafe { pointer.read() };
    if size == 0 {
        let zeroed = hooks.log.is_none() && hooks.clock.is_none() && hooks.userdata.is_null();
        return if zeroed {
            Ok(Hooks::default())
        } else {
            Err(jwt_auth_status::BadStruct)
        };
    }
    let userdata = Userdata(hooks.userdata);
    Ok(Hooks {
        log: hooks.log.map(|log| -> crate::LogHook {
            Box::new(move |level, mut line| {
                line.push('\0');
                // Lines hold no control character, so no NUL but this one.
                let line = CStr::from_bytes_until_nul(line.as_bytes()).unwrap_or_default();
                // SAFETY: the caller's promise; the line outlives the call.
                unsafe { log(userdata.pointer(), level as i32, line.as_ptr()) }
            })
        }),
        clock: hooks.clock.map(|clock| -> crate::ClockHook {
            // SAFETY: the caller's promise.
            Box::new(move || unsafe { clock(userdata.pointer()) })
        }),
    })
}

/// A pointer of the caller's that is passed back and never followed.
#[derive(Clone, Copy)]
struct Userdata(*mut c_void);

// SAFETY: it is handed back to the caller's own functions, which the caller has declared fit for any
// thread and for several at once.
unsafe impl Send for Userdata {}
// SAFETY: as above.
unsafe impl Sync for Userdata {}

impl Userdata {
    fn pointer(self) -> *mut c_void {
        self.0
    }
}
