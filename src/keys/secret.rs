//! HMAC secrets (RFC 2104).

use zeroize::Zeroizing;

use super::key::Key;
use super::misreading::Misreadings;
use super::{base64, misplaced};
use crate::host::file::BYTE_ORDER_MARK;
use crate::host::log::{Log, LogLevel};

/// The shortest secret that draws no warning: the hash size of HS256 (RFC 7518 section 3.2).
const SHORTEST_GOOD: usize = 32;

/// The secret of EMQX's shipped configuration, known to everybody.
const WELL_KNOWN: &[u8] = b"emqxsecret";

/// How a secret is written in the configuration.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// In a file, of which one final newline is dropped.
    pub(crate) is_file: bool,
    pub(crate) is_base64: bool,
}

/// The key of the option `secret` or `secret_file`, which messages call `name`, from what is written there.
pub(crate) fn read(
    name: String,
    written: Zeroizing<Vec<u8>>,
    form: Form,
    log: &Log,
) -> Result<Key, String> {
    refuse_misplaced(&written)?;
    // Dropped not before: the last byte of a key in DER may be a newline.
    let written = if form.is_file {
        without_final_newline(written)
    } else {
        written
    };
    let decoded = form.is_base64.then(|| from_base64(&written)).transpose()?;
    let secret = decoded.as_ref().unwrap_or(&written);
    refuse_misplaced(secret)?;
    let key = key(name.clone(), None, secret, log)?;
    // They are for the log alone.
    Ok(if log.is_open() {
        key.with_misreadings(Misreadings::new(
            name,
            &written,
            decoded.as_ref().map(|secret| secret.as_slice()),
        ))
    } else {
        key
    })
}

fn refuse_misplaced(bytes: &[u8]) -> Result<(), String> {
    misplaced::recognise(bytes).map_or(Ok(()), |found| Err(found.to_owned()))
}

fn without_final_newline(mut text: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    for end in [b'\n', b'\r'] {
        if text.last() != Some(&end) {
            break;
        }
        text.pop();
    }
    text
}

/// The bytes that a text in base64 stands for, in the standard alphabet (RFC 4648 section 4), as EMQX reads
/// it. Line breaks and missing padding are forgiven.
pub(crate) fn from_base64(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let is_of_the_other_alphabet = text.iter().any(|byte| b"-_".contains(byte));
    match base64::decode(text, |byte| b"\r\n".contains(&byte)) {
        Some(_) if is_of_the_other_alphabet => Err(
            "base64url, and `secret_base64_encoded` takes the standard alphabet: write `+` for `-`, and `/` \
             for `_`",
        ),
        Some(secret) => Ok(secret),
        None => Err("not base64 in the standard alphabet, though `secret_base64_encoded` is on"),
    }
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
            format!(
                "{name}: this is the well-known sample secret; anybody can sign with it; use at least \
                 {SHORTEST_GOOD} random bytes"
            )
        });
    } else if secret.len() < SHORTEST_GOOD {
        log.write(LogLevel::Warn, || {
            let len = secret.len();
            format!(
                "{name}: a secret of {len} bytes can be guessed; use at least {SHORTEST_GOOD} \
                 random bytes"
            )
        });
    }
    warn_of_what_is_around(&name, secret, log);
    Ok(Key::from_secret(name, kid, secret))
}

/// Warns of bytes that an editor or a shell may have put around the secret: they are part of the key.
fn warn_of_what_is_around(name: &str, secret: &[u8], log: &Log) {
    let found = if secret.starts_with(BYTE_ORDER_MARK) {
        "begins with a byte order mark"
    } else if secret.trim_ascii() != secret && str::from_utf8(secret).is_ok() {
        // Random bytes are hardly ever UTF-8.
        "begins or ends with white space"
    } else {
        return;
    };
    log.write(LogLevel::Warn, || {
        format!(
            "{name}: the secret {found}, which is part of the key; remove it unless the issuer's has it too"
        )
    });
}
