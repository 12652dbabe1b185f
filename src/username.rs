//! The option `username_claim`: a claim says who the client is, and not what it sends.

use std::sync::Arc;

use crate::conditions::kind;
use crate::json::tape::Value;
use crate::refusal::{Mismatch, Refusal};
use crate::token::{ClaimPath, ClaimTable, Claims};

/// The claim whose text is the user name of the session.
#[derive(Debug)]
pub(crate) struct UsernameClaim {
    /// Its name in the configuration.
    name: Arc<str>,
    path: ClaimPath,
}

impl UsernameClaim {
    /// A claim whose name gets slots in `table`.
    pub(crate) fn new(name: &str, table: &mut ClaimTable) -> Self {
        Self {
            name: name.into(),
            path: ClaimPath::new(name, table),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The claim, whatever it is.
    pub(crate) fn value<'d>(&self, claims: &Claims<'d>) -> Option<Value<'d>> {
        self.path.find(claims)
    }

    /// The user name: a string that is not empty.
    ///
    /// # Errors
    ///
    /// There is no such claim, or it is no text, or an empty one.
    pub(crate) fn find<'d>(&self, claims: &Claims<'d>) -> Result<Value<'d>, Refusal> {
        let claim = || Arc::clone(&self.name);
        match self.path.find(claims) {
            Some(name) if name.is_some_text() => Ok(name),
            Some(other) => Err(Refusal::ClaimMismatch {
                claim: claim(),
                found: kind(other),
                mismatch: Mismatch::Username,
            }),
            None => Err(Refusal::MissingClaim(claim())),
        }
    }
}
