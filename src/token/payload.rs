//! Stage 3: from [`Signed`] to a [`Payload`], whose claims are found and whose dates are read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::date::{Date, numeric_date};
use super::header::Header;
use super::names::{ClaimSlot, ClaimTable, FoundClaims};
use super::signature::Signed;
use crate::json;
use crate::json::tape::{Node, Tape};
use crate::keys::KeyIdentity;
use crate::refusal::{Check, Refusal, Walk};

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

    /// Sets it, and says whether it was set before.
    pub(super) fn was_set(&self) -> bool {
        self.0.swap(true, Relaxed)
    }
}

/// What a [`Payload`] refers to.
#[derive(Default)]
pub(crate) struct Buffers {
    nodes: Vec<Node>,
    found: Vec<Node>,
    dates: Dates,
    acl_valid_for_all: Latch,
}

impl Buffers {
    /// How many bytes they take.
    pub(crate) fn size(&self) -> usize {
        let nodes = (self.nodes.capacity()).saturating_add(self.found.capacity());
        nodes.saturating_mul(size_of::<Node>())
    }
}

impl<'a> Signed<'a> {
    /// Reads the payload, unless that was done before, and the dates in it.
    #[inline]
    pub(crate) fn payload(
        self,
        payload: impl Closed + 'a,
        mut walk: impl Walk,
    ) -> Result<Payload<'a>, Refusal> {
        let opened = payload.open(self.token.payload);
        let Scanned {
            tape,
            found,
            dates,
            acl_valid_for_all,
        } = walk.needed(Check::Claims, opened)?;
        let read = Dates::read(&tape, found).map_err(Refusal::MalformedClaims);
        *dates = walk.or(Check::Claims, read, || Dates::read_some(&tape, found))?;
        Ok(Payload {
            tape,
            found,
            dates,
            acl_valid_for_all,
            header: self.token.header,
            key: self.key,
        })
    }
}

/// A payload that is a JSON object.
pub(crate) struct Scanned<'a> {
    pub(super) tape: Tape<'a>,
    pub(super) found: FoundClaims<'a>,
    dates: &'a mut Dates,
    acl_valid_for_all: &'a Latch,
}

/// Reads a payload, and finds the claims of a table in it.
pub(crate) struct PayloadReader<'a> {
    pub(crate) table: &'a ClaimTable,
    pub(crate) buffers: &'a mut Buffers,
}

impl<'a> PayloadReader<'a> {
    /// Writes the tape of the claims, and the nodes of the table's claims, each in its slot, in one scan.
    #[inline]
    pub(super) fn read(self, text: &'a [u8]) -> Result<Scanned<'a>, Refusal> {
        let Self { table, buffers } = self;
        let Buffers {
            nodes,
            found,
            dates,
            acl_valid_for_all,
        } = buffers;
        let tape = scan(text, table, nodes, found).map_err(Refusal::MalformedClaims)?;
        *acl_valid_for_all = Latch::default();
        Ok(Scanned {
            tape,
            found: FoundClaims::new(found),
            dates,
            acl_valid_for_all,
        })
    }
}

/// A payload that waits for the signature: it was read already, or is read then.
pub(crate) trait Closed {
    /// Opens the payload with this text, because the signature is good.
    fn open<'t>(self, text: &'t [u8]) -> Result<Scanned<'t>, Refusal>
    where
        Self: 't;
}

impl Closed for PayloadReader<'_> {
    #[inline]
    fn open<'t>(self, text: &'t [u8]) -> Result<Scanned<'t>, Refusal>
    where
        Self: 't,
    {
        self.read(text)
    }
}

fn scan<'d>(
    text: &'d [u8],
    table: &ClaimTable,
    nodes: &'d mut Vec<Node>,
    found: &mut Vec<Node>,
) -> Result<Tape<'d>, &'static str> {
    found.clear();
    found.resize(table.len(), Node::default());
    let tape = json::scan(text, nodes, |name, key, node| {
        if let Some(slot) = table.slot(name, key) {
            FoundClaims::put(found, slot, node);
        }
    })?;
    match tape.outermost().as_object() {
        Some(_) => Ok(tape),
        None => Err("the claims are not a JSON object"),
    }
}

impl Dates {
    fn read(tape: &Tape<'_>, found: FoundClaims<'_>) -> Result<Self, &'static str> {
        let date = |slot, defect| match found.node(slot) {
            None => Ok(None),
            Some(node) => numeric_date(tape.value(node)).map(Some).ok_or(defect),
        };
        Ok(Self {
            exp: date(ClaimSlot::EXP, "exp is not a numeric date")?,
            nbf: date(ClaimSlot::NBF, "nbf is not a numeric date")?,
            iat: date(ClaimSlot::IAT, "iat is not a numeric date")?,
        })
    }

    /// Those that are numeric dates.
    fn read_some(tape: &Tape<'_>, found: FoundClaims<'_>) -> Self {
        let date = |slot| numeric_date(tape.value(found.node(slot)?));
        Self {
            exp: date(ClaimSlot::EXP),
            nbf: date(ClaimSlot::NBF),
            iat: date(ClaimSlot::IAT),
        }
    }
}
