//! The set that an endpoint answers with.

use std::sync::Arc;

use super::{elements, key, no_json, read};
use crate::host::log::Log;
use crate::json::Json;
use crate::keys::{Key, KeyIndex};
use crate::remote::limits::{LARGEST_KEY_SET, MOST_KEYS};
use crate::remote::{Content, Words};

impl Content for KeyIndex {
    const WORDS: Words = Words {
        singular: "key set",
        plural: "the keys",
        thread: "jwt_auth_jwks",
        none_held: "no keys are held, and tokens that need them are refused",
    };
    const ACCEPT: &'static str = "application/jwk-set+json, application/json";
    const LARGEST: u64 = LARGEST_KEY_SET;

    fn read(body: &[u8], option: &str, log: &Log) -> Result<Self, String> {
        let no_set = |problem: &str| format!("the answer is no JSON Web Key Set: {problem}");
        let text = std::str::from_utf8(body).map_err(|_| no_set("not UTF-8"))?;
        let json = Json::parse(text).map_err(|error| no_set(&no_json(body, error.to_string())))?;
        let keys = read_fetched_set(json, option, log).map_err(|problem| no_set(&problem))?;
        Ok(Self::new(keys))
    }

    fn summary(&self) -> String {
        format!("{} usable key(s)", self.len())
    }
}

impl Key {
    /// The same key, as one that came from an endpoint.
    #[must_use]
    fn fetched(mut self) -> Self {
        Arc::make_mut(&mut self.identity).is_fetched = true;
        self
    }
}

/// Reads a set that came from an endpoint: as one of the configuration, without secrets. What a server tells
/// everybody who asks is none.
fn read_fetched_set(set: Json<'_>, option: &str, log: &Log) -> Result<Vec<Arc<Key>>, String> {
    let elements = elements(set)?;
    if elements.len() > MOST_KEYS {
        return Err(format!("more than {MOST_KEYS} keys"));
    }
    read(option, elements, log, |name, jwk| {
        let is_secret = matches!(&jwk, Json::Object(members)
            if members.get("kty").and_then(Json::as_str) == Some("oct"));
        if is_secret {
            return Err("a secret is not taken from an endpoint".to_owned());
        }
        key::read(name, jwk, log).map(Key::fetched)
    })
}
