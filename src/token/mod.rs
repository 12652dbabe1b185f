//! A token, stage by stage; read in this order.
//!
//! ```text
//! compact      1  bytes   -> Token     well-formed, not to be trusted       header, base64url
//! signature    2  Token   -> Signed    one of our keys signed it: which one
//! payload      3  Signed  -> Payload   its claims found, its dates read     names, date
//! preview      between 1 and 2: who issued it, by its own words
//! cache        2 and 3 at once, for a token that was seen before            remembered
//! claims       4  Payload -> Claims    in date                             path
//! ```
//!
//! `fingerprint` names a token where it must not be shown, and `mistakes` says in the log what was done to one that
//! is refused.
//!
//! Each type is made by the stage before it and in no other way, so no stage can be left out.

mod base64url;
mod cache;
mod claims;
mod compact;
mod date;
mod fingerprint;
mod header;
mod mistakes;
mod names;
mod observer;
mod path;
mod payload;
mod preview;
mod remembered;
mod signature;

pub(crate) use cache::{Buffers as SignatureBuffers, Cache, SignatureRules, Verified};
pub(crate) use claims::{Claims, ComparedDates, DateRules};
pub(crate) use compact::{Buffers as TokenBuffers, HeaderRules, PermittedToken, Token};
pub use fingerprint::Fingerprint;
pub(crate) use header::TokenType;
pub(crate) use mistakes::{alg, mistake};
pub(crate) use names::ClaimTable;
pub(crate) use observer::Observer;
pub(crate) use path::ClaimPath;
pub(crate) use payload::{Buffers as PayloadBuffers, PayloadReader};
pub(crate) use preview::{Preview, Seen};
pub(crate) use remembered::Remembered;
pub(crate) use signature::Signed;
