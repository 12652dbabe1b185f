//! Names of numbers, and versions.

use std::ffi::CStr;

use libc::c_char;

use super::types::{JWT_AUTH_ABI_VERSION, jwt_auth_status};
use crate::refusal::{Decision, Reason};

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

/// The name of a number that is none of an enumeration's.
const UNKNOWN: &CStr = c"unknown";

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
