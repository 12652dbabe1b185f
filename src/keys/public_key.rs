//! What `public_key` names: public keys and certificates as text, or the file that holds them.

use super::der::Der;
use super::key::Key;
use super::{base64, misplaced, pem, spki};
use crate::host::file::{self, without_byte_order_mark};
use crate::host::log::Log;

/// Reads the keys of an option: its value holds them, or is the path of a file that does. Beside them, whether it
/// is a path. The log warns of certificates of authorities.
pub(crate) fn read(option: &str, value: &str, log: &Log) -> Result<(Vec<Key>, bool), String> {
    if let Some(read) = from_bytes(option, value.as_bytes(), log) {
        return read.map(|keys| (keys, false));
    }
    let content = file::read_keys(value).map_err(|problem| {
        format!("neither a public key nor the path of a file with one: {problem}")
    })?;
    let read = from_bytes(option, &content, log).unwrap_or_else(|| {
        Err(
            "the file holds neither PEM nor a public key or certificate in DER or base64"
                .to_owned(),
        )
    });
    read.map(|keys| (keys, true))
}

/// Reads PEM, a key or certificate in DER, or the base64 of one; none: it is nothing of that kind.
pub(crate) fn from_bytes(
    option: &str,
    bytes: &[u8],
    log: &Log,
) -> Option<Result<Vec<Key>, String>> {
    let bytes = without_byte_order_mark(bytes);
    if let Some(kind) = Der::recognise(bytes) {
        return Some(from_der(option, kind, bytes, log));
    }
    // Before PEM is looked for: a JSON text may hold PEM, with names that would be lost.
    if let Some(problem) = json(bytes).or_else(|| openssh(bytes)) {
        return Some(Err(problem.to_owned()));
    }
    if pem::is_pem(bytes) {
        return Some(pem::read(option, &base64::with_line_breaks(bytes), log));
    }
    let der = base64::of_text(bytes)?;
    let kind = Der::recognise(&der)?;
    Some(from_der(option, kind, &der, log))
}

fn from_der(option: &str, kind: Der, der: &[u8], log: &Log) -> Result<Vec<Key>, String> {
    spki::key(format!("`{option}`"), kind, der, log).map(|key| vec![key])
}

fn openssh(text: &[u8]) -> Option<&'static str> {
    misplaced::is_openssh(text).then_some(
        "holds an OpenSSH key; `ssh-keygen -e -m PKCS8 -f FILE` writes it as PEM, which belongs here",
    )
}

fn json(text: &[u8]) -> Option<&'static str> {
    let first = text.trim_ascii_start().first()?;
    let is_json = b"{[".contains(first);
    is_json.then(|| {
        misplaced::json_web_key(text)
            .unwrap_or("holds JSON; a JSON Web Key Set belongs in `jwks` or `jwks_file`")
    })
}
