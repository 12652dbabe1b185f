//! Base64 as operators and issuers write it (RFC 4648): in either alphabet, with padding or without. Tokens
//! are read strictly, and not by this.

use base64_simd::STANDARD_NO_PAD;
use zeroize::Zeroizing;

/// The bytes of a member of a JSON Web Key.
pub(super) fn of_member(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    decode(text.as_bytes(), |_| false)
}

/// The bytes of a text in which lines are broken or indented.
pub(super) fn of_text(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    decode(&with_line_breaks(text), |byte| byte.is_ascii_whitespace())
}

/// A text in which line breaks are written out as `\n` or `\r\n`, with line breaks.
pub(super) fn with_line_breaks(mut text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut broken = Zeroizing::new(Vec::with_capacity(text.len()));
    while let [first, rest @ ..] = text {
        let (byte, rest) = match text {
            [b'\\', b'n', rest @ ..] => (b'\n', rest),
            [b'\\', b'r', rest @ ..] => (b'\r', rest),
            _ => (*first, rest),
        };
        broken.push(byte);
        text = rest;
    }
    broken
}

/// Decodes a text of either alphabet, without the bytes that are passed over.
pub(super) fn decode(
    text: &[u8],
    is_passed_over: impl Fn(u8) -> bool,
) -> Option<Zeroizing<Vec<u8>>> {
    // It may be a secret, so the copy has room from the start, is decoded in place, and is wiped.
    let mut digits = Zeroizing::new(Vec::with_capacity(text.len()));
    let kept = text.iter().filter(|byte| !is_passed_over(**byte));
    digits.extend(kept.map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => *byte,
    }));
    while digits.last() == Some(&b'=') {
        digits.pop();
    }
    let len = STANDARD_NO_PAD.decode_inplace(&mut digits).ok()?.len();
    digits.truncate(len);
    Some(digits)
}
