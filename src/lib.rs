//! `libjwt_auth` answers one question for any MQTT broker: may this client connect, and what does
//! its JSON Web Token say about it?
//!
//! The C interface is [`ffi`]; a Rust program may use [`Verifier`] instead. Inside, there is one
//! straight line from the call to the decision, and each type on it has one constructor, so that
//! no step can be left out:
//!
//! ```text
//! C caller
//!   jwt_auth_check(auth, client, &result, &session)            ffi
//!     Verifier::check                                          verifier
//!       field ---Token::parse-----> Token    (untrusted)       token
//!             ---KeySet::select---> &Key     (fixes the alg)   keys
//!             ---cache::verify----> Signed   (authentic)       signature, unless it is remembered
//!             ---Signed::claims---> Claims   (in date)         claims
//!             ---Policy::admit----> Grant    (this client)     policy
//!     result, session := verdict                               ffi
//! ```
//!
//! The first step to refuse gives the reason. Keys that an endpoint publishes are fetched by a
//! thread of their own (`keys::endpoint`), which no call waits for. `unsafe` is allowed in [`ffi`] only.

#[cfg(panic = "abort")]
compile_error!("a panic must not end the broker: build with panic = \"unwind\"");

mod acl;
mod algorithm;
mod bytes;
mod client;
mod conditions;
mod config;
pub mod ffi;
mod grant;
mod host;
mod json;
mod keys;
mod policy;
mod refusal;
mod remote;
mod revocations;
mod token;
mod verifier;

pub use acl::{Action, Permission, Qos, Request};
pub use algorithm::Algorithm;
pub use client::Client;
pub use config::ConfigError;
pub use grant::Grant;
pub use host::clock::{ClockError, ClockHook};
pub use host::log::{LogHook, LogLevel};
pub use policy::Terms;
pub use refusal::{Decision, Reason, Refusal};
pub use verifier::{Connack, Hooks, Verdict, Verifier};
