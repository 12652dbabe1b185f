//! What claims must be: the custom verification fields of `verify_claims`, and `claims` of the operator's rules.

mod condition;
mod description;
mod expected_value;
mod outcome;
mod pattern;

use std::sync::Arc;

pub(crate) use condition::Condition;
pub(crate) use expected_value::ExpectedValue;
pub(crate) use outcome::Outcome;
pub(crate) use pattern::Pattern;

use crate::client::Client;
use crate::json::tape::{Read, Value};
use crate::refusal::{Refusal, ValueKind};

/// What one claim must be.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    /// The claim's name in the configuration.
    pub(crate) claim: Arc<str>,
    pub(crate) condition: Condition,
}

impl Expectation {
    /// Compares a claim, if there is one, with what is expected of this client.
    pub(crate) fn check(
        &self,
        claim: Option<Value<'_>>,
        client: &Client<'_>,
    ) -> Result<(), Refusal> {
        if self.condition.is_met(claim, client) {
            Ok(())
        } else {
            Err(self.refusal(claim, client))
        }
    }

    #[cold]
    fn refusal(&self, claim: Option<Value<'_>>, client: &Client<'_>) -> Refusal {
        let name = Arc::clone(&self.claim);
        match claim {
            None => Refusal::MissingClaim(name),
            Some(found) => Refusal::ClaimMismatch {
                claim: name,
                found: kind(found),
                mismatch: self.condition.mismatch(found, client),
            },
        }
    }
}

/// What kind of value a claim has.
pub(crate) fn kind(value: Value<'_>) -> ValueKind {
    match value.read() {
        Read::Null => ValueKind::Null,
        Read::Bool(_) => ValueKind::Boolean,
        Read::Number(_) => ValueKind::Number,
        Read::String(_) => ValueKind::String,
        Read::Array(_) => ValueKind::List,
        Read::Object => ValueKind::Object,
    }
}
