//! Whether a session and the one that renews it are those of the same client.

use crate::grant::Grant;
use crate::json;
use crate::json::tape::{Tape, Value};
use crate::refusal::Refusal;

/// Compares whose the two sessions are: by the claims of their tokens and, where both have one, by the user name
/// of `username_claim`. A claim that is absent is not null.
pub(super) fn same_client(session: &Grant, renewed: &Grant) -> Result<(), Refusal> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    // They were read before, so they can be read.
    let scan = |grant, nodes| json::scan(Grant::claims(grant), nodes, |_, _, _| {});
    let before = scan(session, &mut before).map_err(Refusal::MalformedClaims)?;
    let after = scan(renewed, &mut after).map_err(Refusal::MalformedClaims)?;
    for name in ["iss", "sub"] {
        let is_same = match (claim(&before, name), claim(&after, name)) {
            (Some(before), Some(after)) => before.is_same(after),
            (before, after) => before.is_none() && after.is_none(),
        };
        if !is_same {
            return Err(Refusal::IdentityChanged(name));
        }
    }
    match (session.username(), renewed.username()) {
        (Some(before), Some(after)) if before != after => {
            Err(Refusal::IdentityChanged("the user name"))
        }
        _ => Ok(()),
    }
}

fn claim<'t>(claims: &'t Tape<'t>, name: &str) -> Option<Value<'t>> {
    claims.outermost().as_object()?.get(name)
}
