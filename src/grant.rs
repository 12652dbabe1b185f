//! What an accepted token grants one client, for as long as it is connected.

use std::sync::OnceLock;

use triomphe::Arc;

use crate::acl::{Acl, Answer, Denial, Request, RuleName, ToldTopics};
use crate::json::tape::{Object, Value};
use crate::policy::{Admission, Terms};
use crate::revocations::{Issued, KeptIssued};
use crate::token::{Fingerprint, Remembered, SignatureBuffers, Verified};

/// What an accepted token grants one client. It does not change.
#[derive(Debug)]
pub struct Grant {
    /// The claims, and the key that verified the token. Sessions of one token share them.
    pub(crate) remembered: Remembered,
    /// By `username_claim`; none: that is not set.
    username: Option<Box<str>>,
    /// None: there are none.
    attributes: Option<Box<Attributes>>,
    /// What the operator's rules and the ACL claim say; none: there are none.
    acl: Option<Box<Acl>>,
    terms: Terms,
    /// What a revocation can name of the token.
    issued: KeptIssued,
    /// None, where there is no log.
    log_notes: OnceLock<Box<LogNotes>>,
}

/// What the log needs of a session.
#[derive(Debug)]
pub(crate) struct LogNotes {
    /// The signature, if there is one, and then the name of the client, in one allocation.
    texts: Box<[u8]>,
    signature: Option<u32>,
    pub(crate) told_topics: ToldTopics,
}

impl LogNotes {
    fn new(client: &str, signature: Option<&[u8]>) -> Self {
        Self {
            texts: [signature.unwrap_or_default(), client.as_bytes()]
                .concat()
                .into(),
            // A token is shorter than 4 GiB.
            signature: signature.and_then(|signature| u32::try_from(signature.len()).ok()),
            told_topics: ToldTopics::default(),
        }
    }

    fn split(&self) -> (&[u8], &[u8]) {
        let end = self.signature.unwrap_or_default() as usize;
        self.texts.split_at_checked(end).unwrap_or_default()
    }

    /// How it names the client.
    pub(crate) fn client(&self) -> &str {
        std::str::from_utf8(self.split().1).unwrap_or_default()
    }

    /// The signature of its token as it was sent, of which a topic must not tell either; none: that is not known,
    /// or the client sent a password as well, so no topic is shown.
    pub(crate) fn signature(&self) -> Option<&[u8]> {
        self.signature.map(|_| self.split().0)
    }
}

impl AsRef<Terms> for Grant {
    fn as_ref(&self) -> &Terms {
        &self.terms
    }
}

impl AsRef<Terms> for Arc<Grant> {
    fn as_ref(&self) -> &Terms {
        &self.terms
    }
}

impl Grant {
    /// Keeps what a client is granted, and the token by which it is.
    pub(crate) fn new(
        admission: Admission<'_>,
        verified: &Verified<'_>,
        token: &[u8],
        buffers: &mut SignatureBuffers,
    ) -> Self {
        let remembered = verified.remember(token, buffers);
        if !remembered.keeps_signature() {
            remembered.fingerprint_of(token);
        }
        Self {
            remembered,
            username: (admission.username.and_then(Value::as_str))
                .map(|name| name.into_owned().into()),
            attributes: admission
                .attributes
                .map(|claim| Box::new(Attributes::read(claim))),
            acl: admission.acl,
            terms: admission.terms,
            issued: KeptIssued::new(&admission.claims.issued(), verified.text()),
            log_notes: OnceLock::new(),
        }
    }

    /// The claims: the token's payload, byte for byte as signed.
    #[must_use]
    pub fn claims(&self) -> &[u8] {
        self.remembered.text()
    }

    /// What a revocation can name of the token.
    pub(crate) fn issued(&self) -> Issued<'_> {
        self.issued.get(self.claims())
    }

    /// On which terms the client was accepted.
    #[must_use]
    pub fn terms(&self) -> Terms {
        self.terms
    }

    /// The client's user name, if a claim says it.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// The name of the token, as in the log.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.remembered.fingerprint()
    }

    /// The names and values of the token's `client_attrs`, in its order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().flat_map(|list| list.iter())
    }

    /// Whether anybody says anything of its topics.
    pub(crate) fn has_permissions(&self) -> bool {
        self.terms.superuser || self.acl.is_some()
    }

    /// Whether the session is over at this time.
    pub(crate) fn has_expired(&self, now: i64) -> bool {
        self.terms.expires_at().is_some_and(|end| now >= end)
    }

    /// Whether the client may do this now.
    pub(crate) fn answer(&self, request: &Request<'_>, now: i64) -> Answer<'_> {
        let Some(topic) = request.topic() else {
            return Answer::Deny(Denial::NoTopic);
        };
        if self.has_expired(now) {
            return Answer::Deny(Denial::Expired);
        }
        match &self.acl {
            _ if self.terms.superuser => Answer::Allow(None),
            None => Answer::NobodySays,
            Some(acl)
                if acl.has_claim() && self.terms.token_expires_at.is_some_and(|end| now >= end) =>
            {
                Answer::Deny(Denial::Expired)
            }
            Some(acl) => acl.answer(request, topic),
        }
    }

    /// The rule of this number, by which a topic is allowed.
    pub(crate) fn rule(&self, number: u32) -> Option<RuleName<'_>> {
        Some(self.acl.as_ref()?.rule(number))
    }

    /// What the log needs of the session. The first call says how the client is named, and what
    /// [`LogNotes::signature`] is.
    pub(crate) fn log_notes(&self, client: &str, signature: Option<&[u8]>) -> &LogNotes {
        self.log_notes
            .get_or_init(|| Box::new(LogNotes::new(client, signature)))
    }
}

/// `client_attrs`: what a token tells the broker to remember of a client (EMQX 5.7). Names and values, in
/// the order of the token. In two allocations: a token may have thousands of attributes of a byte or two.
#[derive(Debug)]
struct Attributes {
    /// All names and values, concatenated.
    text: Box<str>,
    /// Where each name and its value end in the text.
    ends: Box<[(u32, u32)]>,
}

impl Attributes {
    /// Reads the claim. Strings, numbers and booleans are taken as text, and anything else is left
    /// out.
    fn read(claim: Object<'_>) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        // A payload is shorter than 4 GiB, so each end fits.
        let end = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
        for (name, value) in claim.iter() {
            let (Ok(name), Some(value)) = (std::str::from_utf8(&name), value.to_text()) else {
                continue;
            };
            text.push_str(name);
            let name_end = end(&text);
            text.push_str(&value);
            ends.push((name_end, end(&text)));
        }
        Self {
            text: text.into(),
            ends: ends.into(),
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let part = |start: u32, end: u32| self.text.get(start as usize..end as usize);
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        let members = starts.zip(&self.ends);
        members.filter_map(move |(start, (name_end, end))| {
            Some((part(start, *name_end)?, part(*name_end, *end)?))
        })
    }
}
