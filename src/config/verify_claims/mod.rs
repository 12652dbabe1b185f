//! The option `verify_claims` in its two written forms.

mod condition;
#[cfg(test)]
pub(super) mod schema;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::conditions::{Condition, Expectation};
use crate::host::quote::quoted;
use crate::token::ClaimPath;

/// Custom verification fields, in the order they are written.
#[derive(Default)]
pub(crate) struct VerifyClaims(pub(crate) Vec<Expectation>);

impl VerifyClaims {
    fn new<E: de::Error>(written: Vec<(String, Condition)>) -> Result<Self, E> {
        let mut names = HashSet::new();
        for (name, _) in &written {
            if name.is_empty() {
                return Err(E::custom("a claim name is empty"));
            }
            if let Some(defect) = ClaimPath::defect(name) {
                return Err(E::custom(format_args!("{}: {defect}", quoted(name))));
            }
            if !names.insert(name) {
                return Err(E::custom("a claim is named twice"));
            }
        }
        let expectations = written.into_iter().map(|(name, condition)| Expectation {
            claim: Arc::from(name),
            condition,
        });
        Ok(Self(expectations.collect()))
    }
}

impl<'de> Deserialize<'de> for VerifyClaims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = VerifyClaims;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "an object of claim names and values, or a list of {\"name\", \"value\"}",
                )
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<VerifyClaims, A::Error> {
                let mut written = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    written.push(entry);
                }
                VerifyClaims::new(written)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<VerifyClaims, A::Error> {
                let mut written = Vec::new();
                while let Some(Field { name, value }) = seq.next_element()? {
                    written.push((name, value));
                }
                VerifyClaims::new(written)
            }
        }

        /// The list form, as EMQX has it since 5.8.
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Field {
            name: String,
            value: Condition,
        }

        deserializer.deserialize_any(Forms)
    }
}
