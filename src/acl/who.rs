//! The conditions of a rule that are about the client. They are decided once, when it connects: a rule
//! about other clients is left out of its permissions.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::Defect;
use super::about::About;
use super::pattern::Patterns;
use super::values::Values;
use crate::client::Client;
use crate::json::tape::Value;

/// A field that a condition is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum ClientField {
    ClientId,
    Username,
}

impl ClientField {
    pub(super) fn of<'c>(self, client: &Client<'c>) -> Option<&'c [u8]> {
        match self {
            Self::ClientId => client.client_id,
            Self::Username => client.username,
        }
    }
}

/// Takes the conditions about the client while a rule is read.
pub(super) trait ClientConditions {
    /// `clientid` or `username`: the whole of the field, which must have been sent.
    fn exactly(&mut self, field: ClientField, value: Value<'_>) -> Result<(), Defect>;

    /// `clientid_re` or `username_re`: a pattern that is found anywhere in the field, which must have been sent.
    fn like(&mut self, field: ClientField, value: Value<'_>) -> Result<(), Defect>;

    /// `ipaddr`.
    fn address(&mut self, value: Value<'_>) -> Result<(), Defect>;
}

/// Decides the conditions of a rule of the token as they are read.
pub(super) struct Decider<'r, 'a> {
    pub(super) about: About,
    pub(super) values: &'r Values<'a>,
    pub(super) patterns: &'r mut Patterns,
}

impl Decider<'_, '_> {
    fn and(&mut self, about: About) {
        self.about = self.about.and(about);
    }
}

impl ClientConditions for Decider<'_, '_> {
    fn exactly(&mut self, field: ClientField, value: Value<'_>) -> Result<(), Defect> {
        let text = exact_text(value)?;
        self.and(is_exactly(&text, field.of(self.values.client())));
        Ok(())
    }

    fn like(&mut self, field: ClientField, value: Value<'_>) -> Result<(), Defect> {
        let about = self.patterns.like(value, field.of(self.values.client()))?;
        self.and(about);
        Ok(())
    }

    fn address(&mut self, value: Value<'_>) -> Result<(), Defect> {
        let block = address_block(value)?;
        self.and(is_from(&block, self.values.address()));
        Ok(())
    }
}

/// The text that a field must be.
pub(super) fn exact_text(value: Value<'_>) -> Result<Cow<'_, [u8]>, Defect> {
    (value.as_bytes()).ok_or("clientid or username is not a string")
}

pub(super) fn is_exactly(text: &[u8], field: Option<&[u8]>) -> About {
    About::from(field == Some(text))
}

/// An address, or a block of addresses in CIDR notation (RFC 4632, RFC 4291).
pub(super) fn address_block(value: Value<'_>) -> Result<IpNet, Defect> {
    value
        .as_str()
        .and_then(|text| block(&text))
        .ok_or("ipaddr is neither an address nor a CIDR block")
}

pub(super) fn is_from(block: &IpNet, peer: Option<IpAddr>) -> About {
    peer.map_or(About::Unknown, |peer| {
        let forms = [peer, peer.to_canonical()];
        About::from(forms.iter().any(|form| block.contains(form)))
    })
}

fn block(text: &str) -> Option<IpNet> {
    let block = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse().ok()?,
    };
    // An IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) is taken for IPv4, in blocks as well.
    if let IpNet::V6(mapped) = block
        && let Some(address) = mapped.addr().to_ipv4_mapped()
        && let Some(prefix) = mapped.prefix_len().checked_sub(96)
    {
        return Ipv4Net::new(address, prefix).ok().map(IpNet::V4);
    }
    Some(block)
}
