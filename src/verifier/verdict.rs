//! The verdict about one client, and what a broker answers it.

use triomphe::Arc;

use crate::grant::Grant;
use crate::refusal::{Decision, Reason, Refusal};

/// The decision about one client; `G` is what it is granted.
#[derive(Debug)]
pub struct Verdict<G = Grant> {
    /// What to do.
    pub decision: Decision,
    /// What the client is granted, or why it was not accepted.
    pub outcome: Result<G, Refusal>,
}

impl<G> Verdict<G> {
    /// Why it was so decided.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match &self.outcome {
            Ok(_) => Reason::Accepted,
            Err(refusal) => refusal.reason(),
        }
    }

    /// Why the client was not accepted.
    pub(crate) fn refused_for(&self) -> Option<Reason> {
        self.outcome.as_ref().err().map(Refusal::reason)
    }

    /// What to answer the client.
    #[must_use]
    pub fn connack(&self) -> Connack {
        match (self.decision, self.reason()) {
            (Decision::Allow, _) => Connack::SUCCESS,
            (Decision::Ignore, _) | (_, Reason::Revoked) => Connack::NOT_AUTHORIZED,
            (_, Reason::KeysUnavailable | Reason::RevocationsUnavailable) => {
                Connack::SERVER_UNAVAILABLE
            }
            _ => Connack::BAD_USER_NAME_OR_PASSWORD,
        }
    }
}

impl Verdict {
    /// The verdict with a grant that several may hold.
    pub(crate) fn shared(self) -> Verdict<Arc<Grant>> {
        Verdict {
            decision: self.decision,
            outcome: self.outcome.map(Arc::new),
        }
    }
}

/// The answer to a CONNECT packet, in both of MQTT's numberings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connack {
    /// The reason code of MQTT 5 (section 3.2.2.2).
    pub mqtt5: u8,
    /// The return code of MQTT 3.1.1 (section 3.2.2.3).
    pub mqtt3: u8,
}

impl Connack {
    const SUCCESS: Self = Self {
        mqtt5: 0x00,
        mqtt3: 0,
    };
    const BAD_USER_NAME_OR_PASSWORD: Self = Self {
        mqtt5: 0x86,
        mqtt3: 4,
    };
    /// Also the answer when nothing could be decided.
    pub(crate) const NOT_AUTHORIZED: Self = Self {
        mqtt5: 0x87,
        mqtt3: 5,
    };
    const SERVER_UNAVAILABLE: Self = Self {
        mqtt5: 0x88,
        mqtt3: 3,
    };
}
