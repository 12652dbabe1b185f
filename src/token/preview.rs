//! Between stages 1 and 2: who issued a token, by its own words.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasher;

use super::compact::Token;
use super::names::ClaimSlot;
use super::payload::{Closed, PayloadReader, Scanned};
use super::remembered::Remembered;
use crate::refusal::Refusal;

/// A payload before the signature is verified. All that can be asked of it is who issued the token; a
/// signature that is good opens it.
pub(crate) enum Preview<'a> {
    /// It was read. A defect of it is told when the signature is good.
    Scanned(Result<Scanned<'a>, Refusal>),
    /// The same token was verified before, by a key that may be gone.
    Remembered(Remembered, PayloadReader<'a>),
}

/// The `iss` of a token (RFC 7519 section 4.1.1) whose signature is not verified. It chooses the issuer
/// whose keys may have signed the token, and is good for nothing else: if one of them has, it is true.
pub(crate) struct UnverifiedIssuer<'a>(Cow<'a, str>);

impl UnverifiedIssuer<'_> {
    /// The one of these that has exactly this name.
    #[inline]
    pub(crate) fn choose<'l, T>(
        &self,
        listed: &'l HashMap<Box<str>, T, impl BuildHasher>,
    ) -> Option<&'l T> {
        listed.get(&*self.0)
    }
}

impl<'a> Preview<'a> {
    /// Reads the payload of a token.
    pub(crate) fn of(token: &Token<'a>, reader: PayloadReader<'a>) -> Self {
        Self::Scanned(reader.read(token.payload))
    }
}

impl Preview<'_> {
    /// None: the payload is no JSON object, or its `iss` is no text.
    #[inline]
    pub(crate) fn issuer(&self) -> Option<UnverifiedIssuer<'_>> {
        let iss = match self {
            Self::Scanned(Err(_)) => None,
            Self::Scanned(Ok(scanned)) => {
                let node = scanned.found.node(ClaimSlot::ISS)?;
                scanned.tape.string(node)
            }
            Self::Remembered(remembered, _) => remembered.issuer(),
        };
        iss.map(UnverifiedIssuer)
    }
}

impl Closed for Preview<'_> {
    fn open<'t>(self, text: &'t [u8]) -> Result<Scanned<'t>, Refusal>
    where
        Self: 't,
    {
        match self {
            Self::Scanned(scanned) => scanned,
            Self::Remembered(_, reader) => reader.read(text),
        }
    }
}

/// What is remembered of a token whose payload waits for the signature, if that was asked.
pub(crate) trait Seen: Closed {
    fn remembered(&self) -> Option<&Remembered>;
}

impl Seen for Preview<'_> {
    fn remembered(&self) -> Option<&Remembered> {
        match self {
            Self::Scanned(_) => None,
            Self::Remembered(remembered, _) => Some(remembered),
        }
    }
}

impl Seen for PayloadReader<'_> {
    #[inline]
    fn remembered(&self) -> Option<&Remembered> {
        None
    }
}
