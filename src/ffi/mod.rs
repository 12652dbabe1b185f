//! The C interface, from which `include/jwt_auth.h` is generated.
//!
//! An exported function is four moves: guard, borrow, one safe call, write. No decision is taken
//! here. The doc comments are the header's manual, so they speak C. In the header's order:
//!
//! ```text
//! types       structs, numbers and their layout
//! verifier    jwt_auth_init, _reload, _check, _free
//! file        jwt_auth_init_file, jwt_auth_reload_file
//! session     jwt_auth_session_*
//! registry    jwt_auth_registry_*
//! operate     jwt_auth_explain, jwt_auth_stats, jwt_auth_string_free, jwt_auth_set_log_level
//! names       jwt_auth_*_str, _version, _abi_version
//! ```
//!
//! and behind them `guard`, the panic boundary; `decision`, where one goes; `ptr`, every raw pointer;
//! `hooks`, the caller's functions.
#![expect(unsafe_code, reason = "the one place where C's pointers are met")]
#![expect(non_camel_case_types, reason = "the names are C's")]
#![expect(clippy::doc_markdown, reason = "the header is no markdown")]

mod decision;
mod file;
mod guard;
mod hooks;
mod names;
mod operate;
mod ptr;
mod registry;
mod session;
mod types;
mod verifier;

pub use file::{jwt_auth_init_file, jwt_auth_reload_file};
pub use names::{
    jwt_auth_abi_version, jwt_auth_decision_str, jwt_auth_reason_str, jwt_auth_status_str,
    jwt_auth_version,
};
pub use operate::{jwt_auth_explain, jwt_auth_set_log_level, jwt_auth_stats, jwt_auth_string_free};
pub use registry::{
    jwt_auth_registry_authorize, jwt_auth_registry_connect, jwt_auth_registry_counts,
    jwt_auth_registry_disconnect, jwt_auth_registry_free, jwt_auth_registry_new,
    jwt_auth_registry_next_over, jwt_auth_registry_renew, jwt_auth_registry_state,
};
pub use session::{
    jwt_auth_session_attribute, jwt_auth_session_authorize, jwt_auth_session_claims,
    jwt_auth_session_fingerprint, jwt_auth_session_free, jwt_auth_session_recheck,
    jwt_auth_session_renew, jwt_auth_session_username,
};
pub use types::{
    JWT_AUTH_ABI_VERSION, jwt_auth, jwt_auth_bytes, jwt_auth_client, jwt_auth_clock_fn,
    jwt_auth_hooks, jwt_auth_log_fn, jwt_auth_over, jwt_auth_registry, jwt_auth_registry_options,
    jwt_auth_result, jwt_auth_session, jwt_auth_status,
};
pub use verifier::{
    jwt_auth_check, jwt_auth_free, jwt_auth_init, jwt_auth_reload, jwt_auth_wait_ready,
};
