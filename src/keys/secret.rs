//! HMAC secrets (RFC 2104).

use base64_simd::{AsOut, STANDARD};
use zeroize::Zeroizing;

use super::key::Key;
use crate::host::log::{Log, LogLevel};

/// The shortest secret that draws no warning: the hash size of HS256 (RFC 7518 section 3.2).
const SHORTEST_GOOD: usize = 32;

/// The secret of EMQX's shipped configuration, known to everybody.
const WELL_KNOWN: &[u8] = b"emqxsecret";

/// The bytes that a text in base64 stands for: the standard alphabet with padding (RFC 4648
/// section 4), as EMQX reads it.
pub(crate) fn from_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // Decoded in place, so that what a defect leaves unfinished is wiped as well.
    let mut secret = Zeroizing::new(vec![0; text.len()]);
    let len = STANDARD.decode(text, secret.as_out()).ok()?.len();
    secret.truncate(len);
    Some(secret)
}

/// Makes a key of a secret, with a warning if others may know it. An empty one is no secret.
pub(crate) fn key(
    name: String,
    kid: Option<String>,
    secret: &[u8],
    log: &Log,
) -> Result<Key, String> {
    if secret.is_empty() {
        return Err("the secret is empty".to_owned());
    }
    if secret == WELL_KNOWN {
        log.write(LogLevel::Warn, || {
            format!("{name}: this is the well-known sample secret; anybody can sign with it")
        });
    }
    if secret.len() < SHORTEST_GOOD {
        log.write(LogLevel::Warn, || {
            let len = secret.len();
            format!(
                "{name}: a secret of {len} bytes can be guessed; use at least {SHORTEST_GOOD} \
                 random bytes"
            )
        });
    }
    Ok(Key::from_secret(name, kid, secret))
}
