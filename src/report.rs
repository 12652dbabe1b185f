//! The log line about a decision, for whoever asks why.

use std::fmt::Write;

use aws_lc_rs::digest;

use crate::client::{Client, Field};
use crate::json::quoted;
use crate::log::LogLevel;
use crate::verdict::{Decision, Reason, Verdict};

/// A client that is denied is news; one that is accepted, or left to others, is not.
pub(crate) fn level<G>(verdict: &Verdict<G>) -> LogLevel {
    match verdict.decision {
        Decision::Deny => LogLevel::Info,
        Decision::Allow | Decision::Ignore => LogLevel::Debug,
    }
}

/// What was decided, why, about whom, and by which token.
pub(crate) fn line<G>(client: &Client<'_>, from: Field, verdict: &Verdict<G>) -> String {
    let mut line = String::with_capacity(USUAL);
    let written = match (&verdict.outcome, verdict.decision) {
        (Ok(_), _) => line.write_str("accepted"),
        (Err(refusal), Decision::Ignore) => write!(line, "ignored: {refusal}"),
        (Err(refusal), _) => write!(line, "refused: {refusal}"),
    };
    let id = describe_client(client, from);
    let token = describe_token(client.field(from), from, verdict.reason());
    let written = written.and_then(|()| write!(line, ": client {id}, {token}"));
    // A String takes everything.
    debug_assert!(written.is_ok());
    line
}

/// No usual line is longer, in bytes.
const USUAL: usize = 160;

/// Names what a client sent as its token, so that its issuer can find it.
fn describe_token(field: Option<&[u8]>, from: Field, reason: Reason) -> String {
    let name = from.name();
    match (field, reason) {
        (None, _) => format!("no {name}"),
        // It is a password, perhaps, and a few digits of its hash would be enough to guess it.
        (Some(_), Reason::MalformedToken) => format!("{name} not shown"),
        (Some(field), Reason::TokenTooLarge) => format!("{name} of {} bytes", field.len()),
        (Some(field), _) => format!("token {}", fingerprint(field)),
    }
}

/// Names a client by its identifier, unless that tells the token or password as well: some devices
/// send it in every field.
fn describe_client(client: &Client<'_>, from: Field) -> String {
    // No more than this many bytes are shown, whatever they are.
    const SHOWN: usize = 256;
    let Some(id) = client.client_id else {
        return "without an id".to_owned();
    };
    let shown = id.get(..SHOWN).unwrap_or(id);
    let tells = |secret: &[u8]| {
        let within = |whole: &[u8], part: &[u8]| {
            !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
        };
        id == secret || within(shown, secret)
    };
    let secrets = [client.field(from), client.password];
    if secrets.into_iter().flatten().any(tells) {
        return "not shown".to_owned();
    }
    quoted(&String::from_utf8_lossy(shown))
}

/// The name of a token where it must not be shown: the first 8 hexadecimal digits of its SHA-256.
fn fingerprint(token: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, token);
    let first = digest.as_ref().first_chunk().copied().unwrap_or_default();
    format!("{:08x}", u32::from_be_bytes(first))
}
