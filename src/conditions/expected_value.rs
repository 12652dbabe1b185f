//! A value that a claim is compared with.

use super::outcome::Outcome;
use crate::client::Client;
use crate::client::template::Template;
use crate::json::tape::{Read, Value};

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

impl ExpectedValue {
    pub(super) fn outcome(&self, claim: Option<Value<'_>>, client: &Client<'_>) -> Outcome {
        match self {
            _ if claim.is_some_and(|claim| self.is_met(claim, client)) => Outcome::Met,
            Self::Text(template) => Outcome::not_met(template, client),
            _ => Outcome::NotMet,
        }
    }

    pub(super) fn is_met(&self, claim: Value<'_>, client: &Client<'_>) -> bool {
        if let Self::Text(template) = self {
            return match claim.as_bytes() {
                Some(text) => template.matches(&text, client),
                // As `aud` (RFC 7519 section 4.1.3): a list of strings holds every value it names.
                None => claim
                    .as_strings()
                    .is_some_and(|mut texts| texts.any(|text| template.matches(&text, client))),
            };
        }
        match (self, claim.read()) {
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
