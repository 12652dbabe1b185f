//! The name of a token where the token itself must not be shown.

use std::fmt;

use sha2::{Digest, Sha256};

/// The first 32 bits of the SHA-256 of a token, shown as 8 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(u32);

impl Fingerprint {
    /// The fingerprint of a token in compact serialization.
    pub(crate) fn of(token: &[u8]) -> Self {
        let digest = Sha256::digest(token);
        Self(u32::from_be_bytes(
            digest.first_chunk().copied().unwrap_or_default(),
        ))
    }

    /// The digits, without the cost of formatting: there is a log line for each client.
    pub(crate) fn digits(self) -> impl Iterator<Item = char> {
        let nibbles = (0..8)
            .rev()
            .map(move |place: u32| self.0 >> place.wrapping_mul(4) & 0xF);
        nibbles.filter_map(|nibble| char::from_digit(nibble, 16))
    }

    /// The digits and a NUL.
    pub(crate) fn c_text(self) -> [u8; 9] {
        let mut text = [0; 9];
        let digits = self.digits().filter_map(|digit| u8::try_from(digit).ok());
        text.iter_mut()
            .zip(digits)
            .for_each(|(at, digit)| *at = digit);
        text
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}
