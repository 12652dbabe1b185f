//! `libjwt_auth` answers one question for any MQTT broker: may this client connect, and what does
//! its JSON Web Token say about it?
//!
//! The C interface is [`ffi`]; a Rust program may use [`Verifier`] instead. Inside, there is one
//! straight line from the call to the decision, and each type on it is made by the step before it and in
//! no other way, so no step can be left out:
//!
//! ```text
//! jwt_auth_check(auth, client, &result, &session)                ffi
//!   Verifier::check                                              verifier
//!     field ---Token::parse-------> Token     (not trusted)      token::compact
//!           ---KeySet::select-----> &Key      (fixes the alg)    keys
//!           ---Cache::verified----> Payload   (signed)           token::cache, or signature and payload
//!           ---Payload::in_date---> Claims    (in date)          token::claims
//!           ---Policy::admit------> Admission (this client)      policy, conditions, acl
//!           ---not_revoked                                       revocations
//!           ---Grant::new---------> Grant     (kept)             grant
//!   result, session := verdict                                   ffi
//! ```
//!
//! The first step to refuse gives the reason, a [`Refusal`]. The rooms, from the top floor down; each
//! imports from those below it only:
//!
//! ```text
//! ffi          the C interface, and all unsafe code
//! registry     the table of clients: which connection has which session
//! verifier     which configuration runs, and the line
//! config       JSON text -> plain data; nothing runs, nothing is fetched
//! grant policy conditions certificate username
//!              what an accepted client may do, and why it is accepted
//! token keys   from bytes to claims; what may have signed them
//! revocations  tokens that are no longer good
//! remote       what a thread fetches again and again from a URL, for which no check waits
//!              (without the feature `endpoint`: types of the same names, of which there are no values)
//! acl          topic permissions
//! stats        what is counted, and the text that tells it
//! refusal missed_date        the words for "no"
//! json host client bytes algorithm
//! ```
//!
//! `ARCHITECTURE.md` tells the invariants, the terms, and why it is fast.

#[cfg(panic = "abort")]
compile_error!("a panic must not end the broker: build with panic = \"unwind\"");

mod acl;
mod algorithm;
mod automaton;
mod bytes;
mod certificate;
mod client;
mod conditions;
mod config;
pub mod ffi;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
mod grant;
mod host;
mod json;
mod keys;
mod missed_date;
mod operator_rules;
mod policy;
mod refusal;
mod registry;
#[cfg_attr(not(feature = "endpoint"), path = "remote/absent.rs")]
mod remote;
mod revocations;
mod stats;
mod token;
mod username;
mod verifier;

pub use acl::{Action, Permission, Qos, Request};
pub use algorithm::Algorithm;
pub use client::Client;
pub use config::ConfigError;
pub use grant::Grant;
pub use host::clock::{ClockError, ClockHook};
pub use host::log::{LogHook, LogLevel};
pub use missed_date::MissedDate;
pub use policy::Terms;
pub use refusal::{Decision, Mismatch, Reason, Refusal, ValueKind};
pub use registry::{Over, Registry, RegistryOptions, State};
pub use token::Fingerprint;
pub use verifier::{Connack, Hooks, Verdict, Verifier};
