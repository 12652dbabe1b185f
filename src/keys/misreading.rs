//! What people take a secret for. A bad HMAC is tried with it, so that the log can say what would mend the
//! configuration; the verdict stays what it is.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use zeroize::Zeroizing;

use super::base64;
use super::primitives::Primitives;
use crate::algorithm::Algorithm;
use crate::host::file::without_byte_order_mark;
use crate::host::log::{Log, LogLevel};

/// How many bad signatures are tried: whoever sends more learns nothing and costs nothing.
const MOST_TRIALS: u8 = 8;

/// The other readings of one secret, until one has fitted or they were tried often enough.
pub(crate) struct Misreadings {
    /// How messages name the secret.
    name: String,
    trials: Mutex<Option<Trials>>,
    are_over: AtomicBool,
}

struct Trials {
    left: u8,
    /// States of the hashes for each reading. They are wiped when dropped.
    readings: Vec<(Reading, Primitives)>,
}

/// How the issuer reads the secret, and the change that would make the two agree.
#[derive(Clone, Copy)]
struct Reading {
    taken: &'static str,
    mend: &'static str,
}

impl Misreadings {
    /// Of a secret as it is written, and what it was decoded to, if it was.
    pub(super) fn new(name: String, written: &[u8], decoded: Option<&[u8]>) -> Self {
        let readings = readings(written, decoded).into_iter();
        let trials = Trials {
            left: MOST_TRIALS,
            readings: readings
                .map(|(reading, secret)| (reading, Primitives::of_secret(&secret)))
                .collect(),
        };
        Self {
            name,
            trials: Mutex::new(Some(trials)),
            are_over: AtomicBool::new(false),
        }
    }

    /// Tries a signature that is not the secret's. If it is that of another reading, the log says so.
    #[cold]
    pub(crate) fn try_each(&self, algorithm: Algorithm, input: &[u8], signature: &[u8], log: &Log) {
        if self.are_over.load(Relaxed) || !log.is_open() {
            return;
        }
        if let Some(reading) = self.fitting(algorithm, input, signature) {
            log.write(LogLevel::Warn, || {
                format!(
                    "{}: a token was refused whose signature is good for the secret {}; {}",
                    self.name, reading.taken, reading.mend
                )
            });
        }
    }

    fn fitting(&self, algorithm: Algorithm, input: &[u8], signature: &[u8]) -> Option<Reading> {
        // No check waits: while another one tries its signature, this one is not tried.
        let mut trials = self.trials.try_lock().ok()?;
        let Trials { left, readings } = trials.as_mut()?;
        *left = left.saturating_sub(1);
        let fitting = readings
            .iter()
            .find(|(_, secret)| secret.verify(algorithm, input, signature, None).is_ok())
            .map(|(reading, _)| *reading);
        if fitting.is_some() || *left == 0 {
            self.are_over.store(true, Relaxed);
            *trials = None;
        }
        fitting
    }
}

/// The readings that differ from the secret and from each other. None is empty: everybody could sign.
fn readings(written: &[u8], decoded: Option<&[u8]>) -> Vec<(Reading, Zeroizing<Vec<u8>>)> {
    const MARKED_BASE64: &str = "set `secret_base64_encoded` to true";
    const TO_BASE64: &str = "write its bytes in base64, and set `secret_base64_encoded` to true";
    let secret = decoded.unwrap_or(written);
    let mut found = Vec::<(Reading, Zeroizing<Vec<u8>>)>::new();
    let mut add = |taken, mend, bytes: Option<Zeroizing<Vec<u8>>>| {
        if let Some(bytes) = bytes
            && !bytes.is_empty()
            && *bytes != secret
            && !found.iter().any(|(_, other)| *other == bytes)
        {
            found.push((Reading { taken, mend }, bytes));
        }
    };
    let copy = |bytes: &[u8]| Some(Zeroizing::new(bytes.to_vec()));
    let and = |end: &[u8]| Some(Zeroizing::new([secret, end].concat()));
    let bare = without_byte_order_mark(secret);
    let text = without_byte_order_mark(written).trim_ascii();
    if decoded.is_some() {
        add(
            "as it is written, not decoded from base64",
            "set `secret_base64_encoded` to false",
            copy(text),
        );
    } else {
        let base64 = base64::of_text(text);
        if text.iter().any(|byte| b"-_".contains(byte)) {
            add("decoded from base64url", TO_BASE64, base64);
        } else {
            add("decoded from base64", MARKED_BASE64, base64);
        }
    }
    add("decoded from hexadecimal", TO_BASE64, from_hex(text));
    add("with a newline behind it", "add one to its end", and(b"\n"));
    add(
        "with a carriage return and a newline behind it",
        "add them to its end",
        and(b"\r\n"),
    );
    let line = secret.strip_suffix(b"\n").unwrap_or(secret);
    add(
        "without the newline at its end",
        "remove that",
        copy(line.strip_suffix(b"\r").unwrap_or(line)),
    );
    add(
        "without the byte order mark in front of it",
        "remove that",
        copy(bare),
    );
    add(
        "without the white space around it",
        "remove that",
        copy(bare.trim_ascii()),
    );
    found
}

/// The bytes that a text in hexadecimal stands for (RFC 4648 section 8).
fn from_hex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let (pairs, []) = text.as_chunks::<2>() else {
        return None;
    };
    for [high, low] in pairs {
        bytes.push(u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()?);
    }
    Some(bytes)
}
