//! A second reading of the compact serialization (RFC 7515 section 7.1), and tokens that are signed.

use aws_lc_rs::hmac;

use super::json::{self, Value};

/// The characters of base64url in their order (RFC 4648 section 5).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What a token says of itself.
pub(super) struct Compact<'t> {
    pub(super) header: Value,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) signing_input: &'t [u8],
}

impl<'t> Compact<'t> {
    /// None: the bytes are no token.
    pub(super) fn read(token: &'t [u8]) -> Option<Self> {
        let segments: Vec<&[u8]> = token.split(|byte| *byte == b'.').collect();
        let [header, payload, signature] = segments[..] else {
            return None;
        };
        let read = Self {
            header: json::read(&decode(header)?)?,
            payload: decode(payload)?,
            signature: decode(signature)?,
            signing_input: &token[..header.len() + 1 + payload.len()],
        };
        read.header.get("alg")?.text()?;
        let is_text = |name| matches!(read.header.get(name), None | Some(Value::Text(_)));
        (is_text("kid") && is_text("typ")).then_some(read)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.text()
    }
}

/// The bytes that base64url without padding stands for. Bits that are left over must be zero.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for character in text {
        let value = ALPHABET.iter().position(|known| known == character)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    (bits == 0 && count < 6).then_some(bytes)
}

pub(super) fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = (at(0) << 16) | (at(1) << 8) | at(2);
        let characters = [18, 12, 6, 0].map(|shift| ALPHABET[(bits >> shift) as usize & 63]);
        text.extend_from_slice(&characters[..=three.len()]);
    }
    text
}

/// The HMAC of this `alg`, by another implementation than the library's.
pub(super) fn hmac(alg: &str, secret: &[u8], input: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match alg {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => return None,
    };
    let tag = hmac::sign(&hmac::Key::new(algorithm, secret), input);
    Some(tag.as_ref().to_vec())
}

/// Adds the HMAC of this `alg`, or else of HS256.
pub(super) fn sign(mut signing_input: Vec<u8>, alg: &str, secret: &[u8]) -> Vec<u8> {
    let tag = hmac(alg, secret, &signing_input)
        .or_else(|| hmac("HS256", secret, &signing_input))
        .unwrap_or_default();
    signing_input.push(b'.');
    signing_input.extend(encode(&tag));
    signing_input
}

/// The token of this header and payload.
pub(crate) fn signed(header: &[u8], payload: &[u8], secret: &[u8]) -> Vec<u8> {
    let header_json = json::read(header);
    let alg = header_json
        .as_ref()
        .and_then(|header| header.get("alg")?.text());
    let signing_input = [encode(header), encode(payload)].join(&b'.');
    sign(signing_input, alg.unwrap_or_default(), secret)
}
