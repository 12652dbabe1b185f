//! What a session and the cache remember of the key that verified a token.

use aws_lc_rs::digest::{Context, SHA256, SHA256_OUTPUT_LEN};
use aws_lc_rs::error::KeyRejected;

use super::signature_format::SignatureFormat;
use crate::stats::SeriesNumber;

/// Names a key by its material, so that it is the same key when it is read again, from wherever.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeyIdentity {
    pub(crate) material: Material,
    pub(crate) kid: Option<Box<str>>,
    /// It came from an endpoint, and not from the configuration.
    pub(crate) is_fetched: bool,
    /// How its signatures are encoded, unless the configuration says; none: in one way only.
    pub(crate) usual_format: Option<SignatureFormat>,
    /// Where the tokens that it verifies are counted.
    pub(crate) series: SeriesNumber,
}

/// The SHA-256 of a key's material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Material([u8; SHA256_OUTPUT_LEN]);

impl Material {
    /// Of a key of this kind, with these numbers, each in the one form that it has.
    pub(super) fn of(kind: &str, numbers: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(kind.as_bytes());
        for number in numbers {
            context.update(&number.len().to_be_bytes());
            context.update(number);
        }
        let digest = context.finish();
        Self(digest.as_ref().first_chunk().copied().unwrap_or_default())
    }
}

/// What is said of numbers from which AWS-LC makes no key.
pub(super) fn rejected(_: KeyRejected) -> String {
    "the numbers do not make a key".to_owned()
}
