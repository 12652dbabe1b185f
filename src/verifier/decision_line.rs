//! The log line about a decision, for whoever asks why.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::ops::Range;

use super::verdict::Verdict;
use crate::bytes::{RUN, shares_run};
use crate::client::{Client, Field};
use crate::grant::Grant;
use crate::host::quote::{Quoted, cut};
use crate::refusal::{Decision, Reason, Refusal, text};
use crate::token::{Fingerprint, Remembered, mistake};

/// What was decided, why, about whom, and by which token: the one in the field `from`, and what is
/// remembered of it, if that is at hand. Beside the line, where in it the client is named.
pub(super) fn line<G>(
    occasion: Occasion,
    client: &Client<'_>,
    from: Field,
    verdict: &Verdict<G>,
    remembered: Option<&Remembered>,
) -> (String, Range<usize>) {
    let mut line = String::with_capacity(USUAL);
    let written = write_line(&mut line, occasion, client, from, verdict, remembered);
    // A String takes everything.
    debug_assert!(written.is_ok());
    (line, written.unwrap_or_default())
}

/// Why a client was decided about.
#[derive(Clone, Copy)]
pub(super) enum Occasion {
    /// It connects.
    Connect,
    /// It is connected, and is asked about with the token that it has, as brokers do after a reload.
    Recheck,
    /// It is connected, and renews its session by another token.
    Renewal,
}

impl Occasion {
    /// `session`: what the client has, if it is connected.
    pub(super) fn of(session: Option<&Grant>, token: Option<&[u8]>) -> Self {
        let is_its_own =
            |session: &Grant| token.map(Fingerprint::of) == Some(session.fingerprint());
        match session {
            None => Self::Connect,
            Some(session) if is_its_own(session) => Self::Recheck,
            Some(_) => Self::Renewal,
        }
    }
}

/// No usual line is longer, in bytes.
const USUAL: usize = 160;

fn write_line<G>(
    line: &mut String,
    occasion: Occasion,
    client: &Client<'_>,
    from: Field,
    verdict: &Verdict<G>,
    remembered: Option<&Remembered>,
) -> Result<Range<usize>, fmt::Error> {
    line.push_str(match (verdict.decision, occasion) {
        (Decision::Allow, Occasion::Connect) => "accepted",
        (Decision::Allow, Occasion::Recheck | Occasion::Renewal) => "renewed",
        (Decision::Deny, Occasion::Connect | Occasion::Recheck) => "refused: ",
        (Decision::Deny, Occasion::Renewal) => "renewal refused: ",
        (Decision::Ignore, _) => "ignored: ",
    });
    if let Err(refusal) = &verdict.outcome {
        write_refusal(line, refusal, client, from)?;
    }
    line.push_str(": client ");
    let start = line.len();
    write_client(line, client, from)?;
    let name = start..line.len();
    write_user(line, client, from)?;
    write_address(line, client, from)?;
    line.push_str(", ");
    write_token(line, client.field(from), from, verdict.reason(), remembered)?;
    Ok(name)
}

/// Says why, with what is recognised in the field where that says more.
fn write_refusal(
    line: &mut String,
    refusal: &Refusal,
    client: &Client<'_>,
    from: Field,
) -> fmt::Result {
    let (start, reason) = (line.len(), text(refusal.reason().name()));
    let field = client.field(from).unwrap_or_default();
    let mistake = mistake(refusal, field);
    // What is shorter is no token.
    let quotes = mistake.is_some() && field.len() >= RUN || quotes_token(refusal);
    match mistake {
        Some(mistake) => write!(line, "{reason} ({mistake})")?,
        None => write!(line, "{refusal}")?,
    }
    if quotes && tells(line.get(start..).unwrap_or_default(), client, from) {
        line.truncate(start);
        line.push_str(reason);
    }
    Ok(())
}

/// Whether the words about a refusal hold a text that is the token's.
fn quotes_token(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::WrongTokenType(Some(_))
            | Refusal::NoKey(_, Some(_))
            | Refusal::UnknownKeyId(_)
            | Refusal::AmbiguousKey(_, Some(_))
            | Refusal::BadAclForm(_)
    )
}

/// The signature of an accepted token, as it was sent; none: the client sent a password as well.
pub(super) fn signature<'c>(client: &Client<'c>, from: Field) -> Option<&'c [u8]> {
    let password = client.password.filter(|_| from != Field::Password);
    if password.is_some_and(|password| !password.is_empty()) {
        return None;
    }
    client.field(from)?.rsplit(|byte| *byte == b'.').next()
}

/// Names what a client sent as its token, so that its issuer can find it.
pub(super) fn write_token(
    line: &mut String,
    field: Option<&[u8]>,
    from: Field,
    reason: Reason,
    remembered: Option<&Remembered>,
) -> fmt::Result {
    let name = from.name();
    match (field, reason) {
        (None, _) => write!(line, "no {name}"),
        // It is a password, perhaps, and a few digits of its hash would be enough to guess it.
        (Some(_), Reason::MalformedToken) => write!(line, "{name} not shown"),
        (Some(field), Reason::TokenTooLarge) => write!(line, "{name} of {} bytes", field.len()),
        (Some(field), _) => {
            let fingerprint = match remembered {
                Some(remembered) => remembered.fingerprint_of(field),
                None => Fingerprint::of(field),
            };
            line.push_str("token ");
            line.extend(fingerprint.digits());
            Ok(())
        }
    }
}

/// Names a client by its identifier.
pub(super) fn write_client(line: &mut String, client: &Client<'_>, from: Field) -> fmt::Result {
    match client.client_id {
        Some(id) => write_field(line, id, client, from),
        None => line.write_str("without an id"),
    }
}

/// Names the user, if that is not where the token is.
fn write_user(line: &mut String, client: &Client<'_>, from: Field) -> fmt::Result {
    match client.username {
        Some(name) if from != Field::Username => {
            line.push_str(", user ");
            write_field(line, name, client, from)
        }
        _ => Ok(()),
    }
}

/// Says where the client connects from, if the broker does in readable text. What is no address, such as the
/// path of a socket, is between backticks, so that it ends where it seems to end.
fn write_address(line: &mut String, client: &Client<'_>, from: Field) -> fmt::Result {
    let address = (client.peer_address).and_then(|address| str::from_utf8(address).ok());
    let Some(address) = address.filter(|address| !address.is_empty()) else {
        return Ok(());
    };
    line.push_str(", address ");
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b".:%".contains(&byte);
    if address.len() > SHOWN || !address.bytes().all(is_usual) {
        return write_unless_it_tells(line, &cut(address, SHOWN), client, from);
    }
    let tells = tells(address, client, from);
    line.push_str(if tells { NOT_SHOWN } else { address });
    Ok(())
}

/// How much is shown of what a client sent, in characters.
const SHOWN: usize = 48;

/// Stands for what would tell of the token or the password.
const NOT_SHOWN: &str = "not shown";

/// Writes what a client sent in a field, unless it tells of the token or the password: some devices send those
/// in every field.
fn write_field(line: &mut String, sent: &[u8], client: &Client<'_>, from: Field) -> fmt::Result {
    /// In bytes, more than so many characters have.
    const LONGEST: usize = 256;
    let sent = sent.get(..LONGEST).unwrap_or(sent);
    // Most are UTF-8, and to look at a whole text for that costs less.
    let sent = str::from_utf8(sent).map_or_else(|_| String::from_utf8_lossy(sent), Cow::Borrowed);
    write_unless_it_tells(line, &cut(&sent, SHOWN), client, from)
}

/// Writes a text, unless what would be shown of it tells of the client's token or password.
pub(super) fn write_unless_it_tells(
    line: &mut String,
    text: &Quoted<'_>,
    client: &Client<'_>,
    from: Field,
) -> fmt::Result {
    if tells(text.shown(), client, from) {
        return line.write_str(NOT_SHOWN);
    }
    text.write_to(line)
}

/// Whether a short text tells of the client's token or password.
///
/// It does where the two have eight bytes in a row in common, or where the text holds the whole of a
/// shorter secret. The cost is linear in the secret.
pub(super) fn tells(text: &str, client: &Client<'_>, from: Field) -> bool {
    let text = text.as_bytes();
    secrets(client, from).any(|secret| match secret.len() {
        0 => false,
        short if short < RUN => text.windows(short).any(|window| window == secret),
        _ => shares_run(text, secret),
    })
}

/// Whether a sentence has eight bytes in a row in common with the client's token or password.
pub(super) fn shares_run_with_secret(sentence: &str, client: &Client<'_>, from: Field) -> bool {
    secrets(client, from).any(|secret| shares_run(sentence.as_bytes(), secret))
}

/// The client's token and password, which are one field by default.
fn secrets<'c>(client: &Client<'c>, from: Field) -> impl Iterator<Item = &'c [u8]> {
    let password = client.password.filter(|_| from != Field::Password);
    client.field(from).into_iter().chain(password)
}
