//! Sets of JSON Web Keys (RFC 7517 section 5).

#[cfg(feature = "endpoint")]
mod fetched;
mod key;

use std::sync::Arc;

use super::key::Key;
use super::pem;
use crate::host::file::{self, without_byte_order_mark};
use crate::host::log::{Log, LogLevel};
use crate::host::quote::quoted;
use crate::json::{Json, Object};

/// The member of a set that holds its keys.
const LIST: &str = "keys";

/// The largest file that is read, in bytes: room for a million keys.
const LARGEST_FILE: u64 = 1 << 28;

const PEM: &str = "PEM, which belongs in `public_key`";

/// Reads a set key by key: an unusable one is skipped with a warning, and one good key must remain.
pub(crate) fn read_set(option: &str, set: Json<'_>, log: &Log) -> Result<Vec<Arc<Key>>, String> {
    read(option, elements(set)?, log, |name, jwk| {
        key::read(name, jwk, log)
    })
}

/// Reads the set of a file, of up to so many keys. Each is made as soon as it has been read: a million of them
/// as one tree would take some hundred bytes each beside the keys.
pub(crate) fn read_file(
    option: &str,
    path: &str,
    most: usize,
    log: &Log,
) -> Result<Vec<Arc<Key>>, String> {
    let content = file::read(path, LARGEST_FILE)?;
    let bytes = without_byte_order_mark(&content);
    let text = str::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned())?;
    let mut set = Reading::new(option, log);
    let mut take = |jwk| {
        if set.number <= most {
            set.add(jwk, |name, jwk| key::read(name, jwk, log));
        }
    };
    let json = Json::parse_apart(text, LIST, &mut take)
        .map_err(|error| no_json(bytes, error.to_string()))?;
    elements(json)?;
    if set.number > most {
        return Err(format!("more than {most} keys"));
    }
    set.finish()
}

fn elements(set: Json<'_>) -> Result<Vec<Json<'_>>, String> {
    let found = match set {
        Json::Object(mut members) => match members.remove(LIST) {
            Some(Json::Array(elements)) => return Ok(elements),
            Some(_) => None,
            None => other_object(&members),
        },
        Json::Array(_) => Some("a list; write {\"keys\": LIST}"),
        Json::String(text) if pem::is_pem(text.as_bytes()) => Some(PEM),
        _ => None,
    };
    Err(match found {
        Some(found) => not_a_set(found),
        None => "expected a JSON Web Key Set: an object with a list `keys`".to_owned(),
    })
}

fn not_a_set(found: &str) -> String {
    format!("expected a JSON Web Key Set; this is {found}")
}

/// What an object without `keys` is.
fn other_object(members: &Object<'_>) -> Option<&'static str> {
    let is_pem = |value: &Json<'_>| {
        value
            .as_str()
            .is_some_and(|text| pem::is_pem(text.as_bytes()))
    };
    if members.get("kty").is_some() {
        Some("a single JSON Web Key; write {\"keys\": [KEY]}")
    } else if members.get("jwks_uri").is_some() {
        Some(
            "a discovery document; the URL of the key set is its `jwks_uri`, and belongs in `endpoint`",
        )
    } else if members.values().next().is_some() && members.values().all(is_pem) {
        Some(
            "a map from kid to certificate; Google's key set is at \
             `https://www.googleapis.com/oauth2/v3/certs`",
        )
    } else {
        None
    }
}

/// What is said of a text that is not JSON, for this defect.
fn no_json(text: &[u8], defect: String) -> String {
    if pem::is_pem(text) {
        not_a_set(PEM)
    } else {
        defect
    }
}

fn read<'j>(
    option: &str,
    elements: Vec<Json<'j>>,
    log: &Log,
    key: impl Fn(String, Json<'j>) -> Result<Key, String>,
) -> Result<Vec<Arc<Key>>, String> {
    let mut set = Reading::new(option, log);
    for element in elements {
        set.add(element, &key);
    }
    set.finish()
}

/// A set that is being read.
struct Reading<'r> {
    option: &'r str,
    log: &'r Log,
    /// How many keys were read, usable or not.
    number: usize,
    usable: Vec<Arc<Key>>,
}

impl<'r> Reading<'r> {
    fn new(option: &'r str, log: &'r Log) -> Self {
        Self {
            option,
            log,
            number: 0,
            usable: Vec::new(),
        }
    }

    fn add<'j>(
        &mut self,
        element: Json<'j>,
        key: impl Fn(String, Json<'j>) -> Result<Key, String>,
    ) {
        self.number = self.number.saturating_add(1);
        let name = match kid(&element) {
            Some(kid) => format!("`{}` key {}", self.option, quoted(kid)),
            None => format!("`{}` key {}", self.option, self.number),
        };
        match key(name.clone(), element) {
            Ok(key) => self.usable.push(Arc::new(key)),
            Err(problem) => self
                .log
                .write(LogLevel::Warn, || format!("{name} is skipped: {problem}")),
        }
    }

    fn finish(self) -> Result<Vec<Arc<Key>>, String> {
        if self.usable.is_empty() {
            return Err("no usable key in the set".to_owned());
        }
        Ok(self.usable)
    }
}

/// The name that the issuer gave to a key.
fn kid<'k>(jwk: &'k Json<'_>) -> Option<&'k str> {
    match jwk {
        Json::Object(members) => members.get("kid")?.as_str().filter(|kid| !kid.is_empty()),
        _ => None,
    }
}
