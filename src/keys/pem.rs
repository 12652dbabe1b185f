//! Public keys in PEM (RFC 7468), any number of blocks.

use super::der::Der;
use super::key::Key;
use super::spki::{self, PRIVATE_KEY};
use crate::host::log::Log;

/// Whether a text holds PEM rather than the path of a file with PEM.
pub(super) fn is_pem(text: &[u8]) -> bool {
    beginnings(text) > 0
}

fn beginnings(text: &[u8]) -> usize {
    const BEGIN: &[u8] = b"-----BEGIN";
    text.windows(BEGIN.len())
        .filter(|window| *window == BEGIN)
        .count()
}

/// Reads every block of a PEM text; one that is no public key is an error.
pub(super) fn read(option: &str, text: &[u8], log: &Log) -> Result<Vec<Key>, String> {
    let blocks = ::pem::parse_many(text).map_err(|_| "not valid PEM".to_owned())?;
    // The parser passes over a block without an end, and no key is to be lost in silence.
    if blocks.len() != beginnings(text) {
        return Err("not valid PEM".to_owned());
    }
    if blocks
        .iter()
        .any(|block| block.tag().contains("PRIVATE KEY"))
    {
        return Err(PRIVATE_KEY.to_owned());
    }
    let keys: Vec<Key> = blocks
        .iter()
        .zip(1_usize..)
        // OpenSSL writes the curve in front of a key that names it as well.
        .filter(|(block, _)| block.tag() != "EC PARAMETERS")
        .map(|(block, number)| {
            let name = format!("`{option}` block {number}");
            key(name, block, log).map_err(|problem| format!("block {number}: {problem}"))
        })
        .collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Err("holds the parameters of a key, and no key".to_owned());
    }
    Ok(keys)
}

fn key(name: String, block: &::pem::Pem, log: &Log) -> Result<Key, String> {
    let kind = match block.tag() {
        "PUBLIC KEY" => Der::PublicKey,
        "RSA PUBLIC KEY" => Der::RsaPublicKey,
        "CERTIFICATE" => Der::Certificate,
        _ => return Err("neither a public key nor a certificate".to_owned()),
    };
    spki::key(name, kind, block.contents(), log)
}
