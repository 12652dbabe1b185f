//! What is no HMAC secret, because others know it or it is another kind of key.
//!
//! A public key that is configured as a secret lets everybody sign who has the key, which is everybody.
//! So keys and certificates are recognised in the forms in which they are copied: PEM, JSON Web Keys, and
//! DER, as it is or in base64.

use super::der::Der;
use super::{base64, pem};
use crate::host::file::without_byte_order_mark;
use crate::json::Json;

/// What these bytes hold and where that belongs, if they are no secret.
pub(crate) fn recognise(bytes: &[u8]) -> Option<&'static str> {
    as_written(bytes).or_else(|| as_written(&base64::of_text(unquoted(bytes)?)?))
}

/// A text without what is around it where it was copied out of a JSON text.
fn unquoted(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = without_byte_order_mark(bytes);
    let is_inside = |byte: &u8| !b"\"', \t\r\n".contains(byte);
    let start = bytes.iter().position(is_inside)?;
    bytes.get(start..=bytes.iter().rposition(is_inside)?)
}

fn as_written(bytes: &[u8]) -> Option<&'static str> {
    let bytes = without_byte_order_mark(bytes);
    if is_openssh(bytes.trim_ascii()) {
        return Some("holds an OpenSSH key; a public key belongs in `public_key`");
    }
    if pem::is_pem(bytes) {
        return Some("holds a PEM block; a public key belongs in `public_key`");
    }
    json_web_key(bytes)
        .or_else(|| der(bytes))
        // The last byte of DER may be one of white space, so what follows it is looked for second.
        .or_else(|| der(bytes.trim_ascii_end()))
}

fn is_key(json: &Json<'_>) -> bool {
    matches!(json, Json::Object(members) if members.get("kty").is_some())
}

/// A JSON Web Key, or a set of them.
pub(super) fn json_web_key(bytes: &[u8]) -> Option<&'static str> {
    if !matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return None;
    }
    let members = match Json::parse(std::str::from_utf8(bytes).ok()?) {
        Ok(Json::Object(members)) => members,
        Ok(Json::Array(list)) if list.iter().any(is_key) => {
            return Some(
                "holds a list in JSON; a JSON Web Key Set belongs in `jwks` or `jwks_file`",
            );
        }
        _ => return None,
    };
    if members.get("keys").is_some() {
        Some("holds a JSON Web Key Set, which belongs in `jwks` or `jwks_file`")
    } else if members.get("kty").is_some() {
        Some("holds a JSON Web Key; a set of such keys belongs in `jwks` or `jwks_file`")
    } else {
        None
    }
}

/// Whether it is a key as OpenSSH keeps it (RFC 4253 section 6.6, on one line) or exports it (RFC 4716).
pub(super) fn is_openssh(text: &[u8]) -> bool {
    let mut words = text.split(u8::is_ascii_whitespace);
    let kind = words.next().unwrap_or_default();
    let is_kind = ["ssh-", "ecdsa-sha2-", "sk-"]
        .iter()
        .any(|start| kind.starts_with(start.as_bytes()));
    let is_line = is_kind && words.next().is_some_and(|key| key.starts_with(b"AAAA"));
    is_line || text.starts_with(b"---- BEGIN SSH2")
}

/// A key or a certificate in DER.
fn der(bytes: &[u8]) -> Option<&'static str> {
    Some(match Der::recognise(bytes)? {
        Der::PublicKey | Der::RsaPublicKey => "holds a public key, which belongs in `public_key`",
        Der::Certificate => "holds a certificate, which belongs in `public_key`",
        Der::PrivateKey => {
            "holds a private key, which only the issuer needs; its public key belongs in `public_key`"
        }
    })
}

#[cfg(test)]
mod tests {
    use base64_simd::{STANDARD, URL_SAFE_NO_PAD};

    use super::recognise;

    /// No random secret may be refused, in whatever form it is written.
    #[test]
    fn what_is_random_is_never_taken_for_a_key() {
        let mut bytes = [0_u8; 100];
        for round in 0..30_000 {
            getrandom::fill(&mut bytes).unwrap_or_else(|error| unreachable!("{error}"));
            // Many begin as a SEQUENCE or an object does.
            if let Some(begin) = [0x30, b'{'].get(round & 3) {
                bytes[0] = *begin;
            }
            let len = round.checked_rem(bytes.len()).unwrap_or_default();
            let secret = bytes.get(..=len).unwrap_or_default();
            let hex: Vec<String> = secret.iter().map(|byte| format!("{byte:02x}")).collect();
            let written = [
                STANDARD.encode_to_string(secret),
                URL_SAFE_NO_PAD.encode_to_string(secret),
                hex.concat(),
            ];
            assert_eq!(recognise(secret), None, "{secret:x?}");
            for text in written {
                assert_eq!(recognise(text.as_bytes()), None, "{text}");
            }
        }
    }

    #[test]
    fn a_passphrase_is_a_secret() {
        for passphrase in [
            "",
            "0",
            "emqxsecret",
            "correct horse battery staple",
            "keys",
            "public_key",
            "-----",
            "{",
            "{}",
            "{\"kty\"",
            "{secret}",
            "{\"secret\":\"kty\"}",
            "[\"keys\"]",
            "MIIB",
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
            "0\u{6}\u{2}\u{1}",
            "0\u{5}\u{2}\u{1}a\u{2}\u{1}",
            "/etc/jwt_auth/key.pem",
            "Ünïcödé and 日本語",
        ] {
            assert_eq!(recognise(passphrase.as_bytes()), None, "{passphrase}");
        }
    }
}
