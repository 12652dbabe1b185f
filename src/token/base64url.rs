//! Base64url as RFC 7515 section 2 has it.

use base64_simd::{AsOut, URL_SAFE_NO_PAD};

use crate::refusal::Refusal;

/// Where a segment is decoded. It grows to the longest that there was.
#[derive(Default)]
pub(super) struct Buffer(Vec<u8>);

impl Buffer {
    /// How many bytes it takes.
    pub(super) fn size(&self) -> usize {
        self.0.capacity()
    }

    /// Decodes a segment: no padding, no other alphabet, no white space, and no bits left over, so that
    /// each content has one spelling.
    ///
    /// # Errors
    ///
    /// The token is malformed, for this defect.
    pub(super) fn decode(
        &mut self,
        segment: &[u8],
        defect: &'static str,
    ) -> Result<&[u8], Refusal> {
        // Four characters hold three bytes, so the length of the segment is enough.
        if self.0.len() < segment.len() {
            self.0.resize(segment.len(), 0);
        }
        match URL_SAFE_NO_PAD.decode(segment, self.0.as_mut_slice().as_out()) {
            Ok(decoded) => Ok(decoded),
            Err(_) => Err(Refusal::MalformedToken(defect)),
        }
    }
}

/// Whether a segment could be decoded.
pub(super) fn is_valid(segment: &[u8]) -> bool {
    URL_SAFE_NO_PAD.check(segment).is_ok()
}
