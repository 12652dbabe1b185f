//! Stage 3: from [`Signed`] to a [`Payload`], whose claims are found and whose dates are read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::base64url::Buffer;
use super::date::{Date, numeric_date};
use super::header::Header;
use super::names::{ClaimSlot, ClaimTable, FoundClaims};
use super::signature::Signed;
use crate::json;
use crate::json::tape::{Node, Tape};
use crate::keys::KeyIdentity;
use crate::refusal::Refusal;

/// The payload of a token that one of our keys signed: a JSON object of claims, whose dates have yet to be
/// compared with the clock. [`Signed::payload`] makes it, and [`Remembered`](super::Remembered) makes it
/// again of what it keeps.
pub(crate) struct Payload<'a> {
    pub(super) tape: Tape<'a>,
    pub(super) found: FoundClaims<'a>,
    pub(super) dates: &'a Dates,
    pub(super) acl_valid_for_all: &'a Latch,
    pub(super) header: &'a Arc<Header>,
    pub(super) key: &'a Arc<KeyIdentity>,
}

impl Payload<'_> {
    /// The key that signed it.
    pub(crate) fn key(&self) -> &KeyIdentity {
        self.key
    }
}

/// The dates of a token.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dates {
    pub(super) exp: Option<Date>,
    pub(super) nbf: Option<Date>,
    pub(super) iat: Option<Date>,
}

/// A flag that is set once and never cleared.
#[derive(Debug, Default)]
pub(crate) struct Latch(AtomicBool);

impl Latch {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Relaxed)
    }

    pub(crate) fn set(&self) {
        self.0.store(true, Relaxed);
    }
}

/// Where a signature is decoded, and the tape written of the payload that it signs.
#[derive(Default)]
pub(crate) struct Buffers {
    pub(super) signature: Buffer,
    /// A payload as it will be remembered.
    pub(super) remembered: Vec<u8>,
    pub(super) tape: TapeBuffers,
}

/// What a [`Payload`] refers to.
#[derive(Default)]
pub(super) struct TapeBuffers {
    nodes: Vec<Node>,
    found: Vec<Node>,
    dates: Dates,
    acl_valid_for_all: Latch,
}

impl Buffers {
    /// How many bytes they take.
    pub(crate) fn size(&self) -> usize {
        let TapeBuffers { nodes, found, .. } = &self.tape;
        let nodes = nodes.capacity().saturating_add(found.capacity());
        nodes
            .saturating_mul(size_of::<Node>())
            .saturating_add(self.signature.size())
            .saturating_add(self.remembered.capacity())
    }
}

impl<'a> Signed<'a> {
    /// Reads the payload: one scan that also finds the claims of the table, then the dates.
    pub(super) fn payload(
        self,
        table: &ClaimTable,
        buffers: &'a mut TapeBuffers,
    ) -> Result<Payload<'a>, Refusal> {
        let TapeBuffers {
            nodes,
            found,
            dates,
            acl_valid_for_all,
        } = buffers;
        let tape;
        (tape, *dates) =
            read(self.token.payload, table, nodes, found).map_err(Refusal::MalformedClaims)?;
        *acl_valid_for_all = Latch::default();
        Ok(Payload {
            tape,
            found: FoundClaims::new(found),
            dates,
            acl_valid_for_all,
            header: self.token.header,
            key: self.key,
        })
    }
}

/// Writes the tape of the claims into `nodes`, and the nodes of the table's claims into `found`, each in
/// its slot; and reads the dates.
fn read<'d>(
    text: &'d [u8],
    table: &ClaimTable,
    nodes: &'d mut Vec<Node>,
    found: &mut Vec<Node>,
) -> Result<(Tape<'d>, Dates), &'static str> {
    found.clear();
    found.resize(table.len(), Node::default());
    let tape = json::scan(text, nodes, |name, key, node| {
        if let Some(slot) = table.slot(name, key) {
            FoundClaims::put(found, slot, node);
        }
    })?;
    if tape.outermost().as_object().is_none() {
        return Err("the claims are not a JSON object");
    }
    let date = |slot, defect| match FoundClaims::new(found).node(slot) {
        None => Ok(None),
        Some(node) => numeric_date(tape.value(node)).map(Some).ok_or(defect),
    };
    let dates = Dates {
        exp: date(ClaimSlot::EXP, "exp is not a numeric date")?,
        nbf: date(ClaimSlot::NBF, "nbf is not a numeric date")?,
        iat: date(ClaimSlot::IAT, "iat is not a numeric date")?,
    };
    Ok((tape, dates))
}
