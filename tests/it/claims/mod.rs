//! What the claims of a token must be.

mod certificate;
mod conditions;
mod dates;
mod names;
mod payload;
mod username;
mod verification;
