//! What the claims of a token must be.

mod dates;
mod payload;
mod verification;
