//! The conditions of a rule that are compared with each request: action, `qos` and `retain`.

use super::Defect;
use super::request::{Action, Permission, Qos, Request};
use crate::json::tape::{Number, Read, Value};

/// The action, `qos` and `retain` of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Conditions {
    publish: bool,
    subscribe: bool,
    receive: bool,
    qos: QosSet,
    /// None: whether the message is retained or not.
    retain: Option<bool>,
}

/// Which actions a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actions {
    Publish,
    Subscribe,
    All,
}

impl Actions {
    /// As EMQX spells them.
    #[expect(
        clippy::inline_always,
        reason = "each rule of a token is read by it, and the operator's rules must not make that a call"
    )]
    #[inline(always)]
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"pub" | b"publish" => Some(Self::Publish),
            b"sub" | b"subscribe" => Some(Self::Subscribe),
            b"all" => Some(Self::All),
            _ => None,
        }
    }

    /// The member of the map form that is about them.
    pub(super) fn list_name(self) -> &'static str {
        match self {
            Self::Publish => "pub",
            Self::Subscribe => "sub",
            Self::All => "all",
        }
    }
}

impl Conditions {
    #[inline]
    pub(super) fn new(
        permission: Permission,
        actions: Actions,
        qos: QosSet,
        retain: Option<bool>,
    ) -> Self {
        let subscribe = actions != Actions::Publish;
        Self {
            publish: actions != Actions::Subscribe,
            subscribe,
            // The QoS of a delivery was settled at SUBSCRIBE. A rule that denies some QoS only has let
            // the client subscribe with another, so it denies no delivery.
            receive: subscribe
                && qos != QosSet::NONE
                && (permission == Permission::Allow || qos == QosSet::ALL),
            qos,
            retain,
        }
    }

    /// Whether they are about no quality of service, and so about no request.
    pub(super) fn are_for_no_qos(self) -> bool {
        self.qos == QosSet::NONE
    }

    pub(super) fn hold(self, request: &Request<'_>) -> bool {
        match request.action {
            Action::Publish => {
                self.publish
                    && self.qos.contains(request.qos)
                    && self.retain.is_none_or(|retain| retain == request.retain)
            }
            Action::Subscribe => self.subscribe && self.qos.contains(request.qos),
            Action::Receive => self.receive,
        }
    }
}

/// A set of qualities of service, one bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QosSet(u8);

impl QosSet {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(7);

    fn contains(self, qos: Qos) -> bool {
        self.0 & qos.bit() != 0
    }

    /// Reads EMQX's spellings: `1`, `[0, "1"]`, `"0,2"`, and null for all.
    #[inline]
    pub(super) fn read(value: Value<'_>) -> Result<Self, Defect> {
        let set = match value.read() {
            Read::Null => Some(Self::ALL),
            Read::Number(number) => Self::of([qos_number(number)]),
            Read::String(list) => Self::of(list.split(',').map(qos_digit)),
            Read::Array(list) => Self::of(list.iter().map(qos)),
            Read::Bool(_) | Read::Object => None,
        };
        set.ok_or("qos is none of 0, 1 and 2")
    }

    fn of(members: impl IntoIterator<Item = Option<Qos>>) -> Option<Self> {
        members
            .into_iter()
            .try_fold(Self::NONE, |set, qos| Some(Self(set.0 | qos?.bit())))
    }
}

fn qos(value: Value<'_>) -> Option<Qos> {
    match value.read() {
        Read::Number(number) => qos_number(number),
        Read::String(digit) => qos_digit(&digit),
        _ => None,
    }
}

fn qos_number(number: Number<'_>) -> Option<Qos> {
    Qos::from_number(u8::try_from(number.integer()?).ok()?)
}

fn qos_digit(digit: &str) -> Option<Qos> {
    match digit {
        "0" => Some(Qos::AtMostOnce),
        "1" => Some(Qos::AtLeastOnce),
        "2" => Some(Qos::ExactlyOnce),
        _ => None,
    }
}

/// Reads EMQX's spellings of `retain`; none: retained or not.
#[inline]
pub(super) fn read_retain(value: Value<'_>) -> Result<Option<bool>, Defect> {
    let number = match value.read() {
        Read::Number(number) => number.integer(),
        _ => None,
    };
    match (value.read(), number) {
        (Read::Null, _) => Ok(None),
        (Read::Bool(retain), _) => Ok(Some(retain)),
        (_, Some(0)) => Ok(Some(false)),
        (_, Some(1)) => Ok(Some(true)),
        (Read::String(text), _) if text == "all" => Ok(None),
        (Read::String(text), _) if text == "false" || text == "0" => Ok(Some(false)),
        (Read::String(text), _) if text == "true" || text == "1" => Ok(Some(true)),
        _ => Err("retain is neither a boolean nor all"),
    }
}
