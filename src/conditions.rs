//! What a claim must be: the custom verification fields of `verify_claims`.

use std::sync::Arc;

use crate::client::Client;
use crate::client::template::Template;
use crate::json::tape::{Read, Value};
use crate::refusal::Refusal;

/// One custom verification field.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    /// The claim's name in the configuration.
    pub(crate) claim: Arc<str>,
    pub(crate) value: ExpectedValue,
}

/// What a claim must be. The type counts: 1 is neither "1" nor true.
#[derive(Debug, Clone)]
pub(crate) enum ExpectedValue {
    Text(Template),
    Bool(bool),
    /// A number without fraction or exponent.
    Integer(i128),
    /// Any other number.
    Float(f64),
}

impl Expectation {
    /// Compares a claim, if there is one, with what is expected of this client.
    pub(crate) fn check(
        &self,
        claim: Option<Value<'_>>,
        client: &Client<'_>,
    ) -> Result<(), Refusal> {
        match claim {
            None => Err(Refusal::MissingClaim(Arc::clone(&self.claim))),
            Some(found) if self.value.matches(found, client) => Ok(()),
            Some(_) => Err(Refusal::ClaimMismatch(Arc::clone(&self.claim))),
        }
    }
}

impl ExpectedValue {
    fn matches(&self, found: Value<'_>, client: &Client<'_>) -> bool {
        if let Self::Text(template) = self {
            return match (found.as_bytes(), found.as_array()) {
                (Some(text), _) => template.matches(&text, client),
                // As `aud` (RFC 7519 section 4.1.3): a list of strings holds every value it names.
                (None, Some(elements)) => {
                    elements.iter().all(|element| element.as_bytes().is_some())
                        && elements
                            .iter()
                            .filter_map(Value::as_bytes)
                            .any(|text| template.matches(&text, client))
                }
                (None, None) => false,
            };
        }
        match (self, found.read()) {
            (Self::Bool(expected), Read::Bool(found)) => *expected == found,
            (Self::Integer(expected), Read::Number(found)) => found.integer() == Some(*expected),
            #[expect(clippy::float_cmp, reason = "what is written is compared")]
            (Self::Float(expected), Read::Number(found)) => {
                found.integer().is_none() && found.float() == *expected
            }
            _ => false,
        }
    }
}
