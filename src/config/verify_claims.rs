//! The option `verify_claims` in its two written forms.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::client::template::Template;
use crate::conditions::{Expectation, ExpectedValue};

/// Custom verification fields, in the order they are written.
#[derive(Default)]
pub(crate) struct VerifyClaims(pub(crate) Vec<Expectation>);

impl VerifyClaims {
    fn new<E: de::Error>(written: Vec<(String, ExpectedValue)>) -> Result<Self, E> {
        let mut names = HashSet::new();
        for (name, _) in &written {
            if name.is_empty() {
                return Err(E::custom("a claim name is empty"));
            }
            if !names.insert(name) {
                return Err(E::custom("a claim is named twice"));
            }
        }
        let expectations = written.into_iter().map(|(name, value)| Expectation {
            claim: Arc::from(name),
            value,
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
            value: ExpectedValue,
        }

        deserializer.deserialize_any(Forms)
    }
}

impl<'de> Deserialize<'de> for ExpectedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;

        impl Visitor<'_> for Scalar {
            type Value = ExpectedValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number or a boolean")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ExpectedValue, E> {
                Template::new(text)
                    .map(ExpectedValue::Text)
                    .map_err(E::custom)
            }

            fn visit_bool<E>(self, value: bool) -> Result<ExpectedValue, E> {
                Ok(ExpectedValue::Bool(value))
            }

            fn visit_u64<E>(self, number: u64) -> Result<ExpectedValue, E> {
                Ok(ExpectedValue::Integer(number.into()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<ExpectedValue, E> {
                Ok(ExpectedValue::Integer(number.into()))
            }

            /// Fractions are compared as doubles. From 2^53 on, integers that differ would be equal.
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<ExpectedValue, E> {
                const INEXACT: f64 = 9_007_199_254_740_992.0;
                if number.abs() < INEXACT {
                    Ok(ExpectedValue::Float(number))
                } else {
                    Err(E::custom("a number this large cannot be compared exactly"))
                }
            }
        }

        deserializer.deserialize_any(Scalar)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for VerifyClaims {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "VerifyClaims".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = serde_json::json!({ "type": ["string", "number", "boolean"] });
        schemars::json_schema!({
            "anyOf": [
                {
                    "type": "object",
                    "propertyNames": { "minLength": 1 },
                    "additionalProperties": value,
                },
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": { "name": { "type": "string", "minLength": 1 }, "value": value },
                        "required": ["name", "value"],
                        "additionalProperties": false,
                    },
                },
            ],
        })
    }
}
