//! What the tests share: a broker's view of the library, through its C functions.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each program uses its own part"
)]
#![allow(missing_docs, reason = "read with the tests")]
#![allow(unsafe_code, reason = "the C interface is called as C does")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics fails, and that is all"
)]

mod answer;
pub mod authority;
mod broker;
mod connect;
mod explanation;
mod file;
pub mod registry;
pub mod reload;
mod schema;
pub mod server;
pub mod session;
pub mod stats;
pub mod threads;
mod token;

pub use answer::Answer;
pub use broker::{Broker, NOW, SECRET, accepts, broker};
pub use connect::Connect;
pub use explanation::{CHECKS, assert_tells_nothing};
pub use file::{
    Scratch, certificate, json_file, key_path, unique_path, vector_path, vector_text, vector_token,
    vectors,
};
pub use registry::Table;
pub use token::{
    HS256_HEADER, base64url, hs256, jwk, named_jwk, sign, signed, signed_under, token,
    valid_claims, with_header, with_payload,
};
