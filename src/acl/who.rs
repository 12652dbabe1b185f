//! The conditions of a rule that are about the client. They are decided once, when it connects: a rule
//! about other clients is left out of its permissions.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::Defect;
use crate::json::tape::Value;

/// Whether a rule is about the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    This,
    Another,
    /// A condition is about a field that the broker did not pass, or that is too long to be searched.
    Unknown,
}

impl About {
    /// The conjunction of two conditions.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Another, _) | (_, Self::Another) => Self::Another,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::This, Self::This) => Self::This,
        }
    }
}

impl From<bool> for About {
    fn from(this: bool) -> Self {
        if this { Self::This } else { Self::Another }
    }
}

/// `clientid` or `username`: the whole of the field, which must have been sent.
pub(super) fn exactly(value: Value<'_>, field: Option<&[u8]>) -> Result<About, Defect> {
    let text = value
        .as_bytes()
        .ok_or("clientid or username is not a string")?;
    Ok(About::from(field == Some(&*text)))
}

/// `ipaddr`: an address, or a block of addresses in CIDR notation (RFC 4632, RFC 4291).
pub(super) fn from_address(value: Value<'_>, peer: Option<IpAddr>) -> Result<About, Defect> {
    let block = value
        .as_str()
        .and_then(|text| block(&text))
        .ok_or("ipaddr is neither an address nor a CIDR block")?;
    Ok(peer.map_or(About::Unknown, |peer| {
        let forms = [peer, peer.to_canonical()];
        About::from(forms.iter().any(|form| block.contains(form)))
    }))
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
