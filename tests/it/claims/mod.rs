//! What the claims of a token must be.

mod certificate;
mod dates;
mod payload;
mod verification;
