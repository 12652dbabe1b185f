//! What the rules of a claim ask about the bearer of its token. Many rules ask the same, so each answer is found
//! when it is first asked for, and kept.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;

use super::claim_texts::{ClaimText, ClaimTexts, is_part};
use super::limits::LONGEST_VALUE;
use crate::client::Client;
use crate::client::template::Placeholder;
use crate::json::tape::Object;

/// Who presents the token: whose values fill the placeholders. (Not the `sub` of the token.)
pub(crate) struct Bearer<'a> {
    /// By the user name that it has in topic permissions.
    pub(crate) client: &'a Client<'a>,
    /// The claim `client_attrs`.
    pub(crate) attributes: Option<Object<'a>>,
    /// All claims, for `${claims.NAME}`.
    pub(crate) claims: Option<Object<'a>>,
}

/// What is known of a bearer.
pub(super) struct Values<'a> {
    bearer: &'a Bearer<'a>,
    client_id: OnceCell<Option<&'a str>>,
    username: OnceCell<Option<&'a str>>,
    attributes: OnceCell<Vec<Attribute<'a>>>,
    address: OnceCell<Option<IpAddr>>,
    /// What is known of claims; none: no topic has asked for any.
    claims: Option<Box<ClaimTexts<'a>>>,
}

/// The name of a client attribute, and its value if that can be a part of a level.
type Attribute<'a> = (Cow<'a, [u8]>, Option<Cow<'a, str>>);

impl<'a> Values<'a> {
    pub(super) fn new(bearer: &'a Bearer<'a>) -> Self {
        Self {
            bearer,
            client_id: OnceCell::new(),
            username: OnceCell::new(),
            attributes: OnceCell::new(),
            address: OnceCell::new(),
            claims: None,
        }
    }

    /// The client, as it is.
    pub(super) fn client(&self) -> &'a Client<'a> {
        self.bearer.client
    }

    /// The value of a placeholder, if it can be a part of a level.
    pub(super) fn get(&self, placeholder: Placeholder<'_>) -> Option<&str> {
        let client = self.bearer.client;
        match placeholder {
            Placeholder::Username => *self.username.get_or_init(|| text(client.username)),
            Placeholder::ClientId => *self.client_id.get_or_init(|| text(client.client_id)),
            Placeholder::Attribute(name) => {
                let claim = self.bearer.attributes?;
                let attributes = self.attributes.get_or_init(|| attributes(claim));
                let at = attributes
                    .binary_search_by(|(other, _)| other.as_ref().cmp(name.as_bytes()))
                    .ok()?;
                attributes.get(at)?.1.as_deref()
            }
            // A claim may have several: see `Fill::multiplied`.
            Placeholder::Claim(_) => None,
        }
    }

    /// The texts of claims.
    pub(super) fn claims(&mut self) -> &mut ClaimTexts<'a> {
        let claims = self.bearer.claims;
        self.claims
            .get_or_insert_with(|| Box::new(ClaimTexts::new(claims)))
    }

    /// The values of a claim that were counted.
    pub(super) fn texts(&self, name: &str) -> &[ClaimText<'a>] {
        self.claims.as_ref().map_or(&[], |claims| claims.get(name))
    }

    /// The address the client connects from, if it was given and can be read.
    pub(super) fn address(&self) -> Option<IpAddr> {
        *self
            .address
            .get_or_init(|| address(self.bearer.client.peer_address?))
    }
}

fn text(field: Option<&[u8]>) -> Option<&str> {
    let field = field.filter(|field| field.len() <= LONGEST_VALUE)?;
    let text = std::str::from_utf8(field).ok()?;
    is_part(text).then_some(text)
}

/// The client attributes, sorted by name.
fn attributes(claim: Object<'_>) -> Vec<Attribute<'_>> {
    let mut attributes: Vec<_> = claim
        .iter()
        .map(|(name, value)| (name, value.to_text().filter(|text| is_part(text))))
        .collect();
    attributes.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    attributes
}

fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    match text.split_once('%') {
        // The zone of a link-local address (RFC 4007) is this host's own matter.
        Some((address, _zone)) => address.parse().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}
