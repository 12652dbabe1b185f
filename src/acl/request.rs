//! What a connected client asks for, and the answers.

use super::topic;

/// What a client wants to do with a topic. A caller passes the number.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Publish a message to the topic.
    Publish = 1,
    /// Subscribe to the topic filter.
    Subscribe = 2,
    /// Be sent a message that was published to the topic, for brokers that ask at each delivery.
    Receive = 3,
}

impl Action {
    const ALL: [Self; 3] = [Self::Publish, Self::Subscribe, Self::Receive];

    pub(crate) fn from_number(number: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|action| *action as i32 == number)
    }
}

/// Whether the client may. Zero, as in memory nobody wrote, denies.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Refuse.
    Deny = 0,
    /// Let it happen.
    Allow = 1,
    /// The token says nothing about it: the broker's own rules decide.
    NoMatch = 2,
}

/// The quality of service of a message or subscription (MQTT 5 section 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qos {
    /// 0: at most once.
    AtMostOnce,
    /// 1: at least once.
    AtLeastOnce,
    /// 2: exactly once.
    ExactlyOnce,
}

impl Qos {
    const ALL: [Self; 3] = [Self::AtMostOnce, Self::AtLeastOnce, Self::ExactlyOnce];

    /// The quality of service that MQTT writes as this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Its bit in a set.
    pub(super) fn bit(self) -> u8 {
        match self {
            Self::AtMostOnce => 1,
            Self::AtLeastOnce => 2,
            Self::ExactlyOnce => 4,
        }
    }
}

/// What a connected client asks for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What it wants to do.
    pub action: Action,
    /// The topic name; for [`Action::Subscribe`] the topic filter as it was sent, `$share/GROUP/`
    /// included.
    pub topic: &'a [u8],
    /// The quality of service. Not looked at for [`Action::Receive`]: it was at SUBSCRIBE.
    pub qos: Qos,
    /// Whether the message is to be retained. Looked at for [`Action::Publish`] only.
    pub retain: bool,
}

impl<'a> Request<'a> {
    /// The topic, if MQTT permits such a request at all.
    pub(crate) fn topic(&self) -> Option<&'a str> {
        let text = std::str::from_utf8(self.topic).ok()?;
        match self.action {
            Action::Publish | Action::Receive => topic::is_name(text).then_some(text),
            Action::Subscribe => {
                topic::without_share(text).filter(|filter| topic::is_filter(filter.as_bytes()))
            }
        }
    }
}
