//! One rule of the list form, as EMQX 5.9 has it (`emqx_authz_rule_raw`).
//!
//! A rule is never applied with one of its conditions dropped: a member that is not known, or has a
//! value that is not understood, is a defect of the whole claim.

use std::borrow::Cow;

use super::Defect;
use super::conditions::{Actions, Conditions, QosSet, read_retain};
use super::request::Permission;
use super::who::{ClientConditions, ClientField};
use crate::json::tape::{Array, Object, Read, Value};

/// A rule that has been read.
pub(super) struct Rule<'j> {
    pub(super) permission: Permission,
    pub(super) conditions: Conditions,
    topics: Topics<'j>,
}

/// The topics of a rule: the value of `topic`, or the list `topics`.
enum Topics<'j> {
    One(Value<'j>),
    Many(Array<'j>),
}

impl<'j> Rule<'j> {
    /// Reads a rule, and gives its conditions about the client to `who`.
    #[inline]
    pub(super) fn read(rule: Value<'j>, who: &mut impl ClientConditions) -> Result<Self, Defect> {
        let members = rule.as_object().ok_or("a rule that is not an object")?;
        let mut permission = None;
        let mut actions = None;
        let mut qos = QosSet::ALL;
        let mut retain = None;
        for (name, value) in members.iter() {
            match name.as_ref() {
                b"permission" => {
                    permission = value.as_bytes().and_then(|name| read_permission(&name));
                }
                b"action" => actions = value.as_bytes().and_then(|name| Actions::from_name(&name)),
                b"topic" | b"topics" => {}
                b"qos" => qos = QosSet::read(value)?,
                b"retain" => retain = read_retain(value)?,
                b"clientid" => who.exactly(ClientField::ClientId, value)?,
                b"username" => who.exactly(ClientField::Username, value)?,
                b"clientid_re" => who.like(ClientField::ClientId, value)?,
                b"username_re" => who.like(ClientField::Username, value)?,
                b"ipaddr" => who.address(value)?,
                b"zone" | b"zone_re" | b"listener" | b"listener_re" => {
                    return Err("zone and listener are EMQX's own, and cannot be checked");
                }
                _ => return Err("a member that is not known"),
            }
        }
        let permission = permission.ok_or("permission is neither allow nor deny")?;
        let actions = actions.ok_or("action is none of pub, publish, sub, subscribe and all")?;
        Ok(Self {
            permission,
            conditions: Conditions::new(permission, actions, qos, retain),
            topics: read_topics(members)?,
        })
    }

    pub(super) fn topics(&self) -> impl Iterator<Item = Value<'j>> {
        let (one, many) = match self.topics {
            Topics::One(topic) => (Some(topic), None),
            Topics::Many(topics) => (None, Some(topics)),
        };
        one.into_iter()
            .chain(many.into_iter().flat_map(Array::iter))
    }
}

#[inline]
fn read_permission(name: &[u8]) -> Option<Permission> {
    match name {
        b"allow" => Some(Permission::Allow),
        b"deny" => Some(Permission::Deny),
        _ => None,
    }
}

/// The topics, of which either member may be null if the other is not.
#[expect(
    clippy::inline_always,
    reason = "each rule of a token is read by it, and the operator's rules must not make that a call"
)]
#[inline(always)]
fn read_topics<'j>(members: Object<'j>) -> Result<Topics<'j>, Defect> {
    let given = |name| {
        let value: Option<Value<'j>> = members.get(name);
        value.filter(|value| !matches!(value.read(), Read::Null))
    };
    match (given("topic"), given("topics")) {
        (Some(topic), None) if topic.as_bytes().is_some() => Ok(Topics::One(topic)),
        (Some(_), None) => Err("topic is not a string"),
        (None, Some(topics)) => Ok(Topics::Many(list(topics)?)),
        (None, None) => Err("neither topic nor topics"),
        (Some(_), Some(_)) => Err("both topic and topics"),
    }
}

/// The topics of a list.
#[inline]
pub(super) fn list(topics: Value<'_>) -> Result<Array<'_>, Defect> {
    let topics = topics.as_array();
    topics.ok_or("a list of topics that is not a list")
}

/// One topic of a list.
#[inline]
pub(super) fn topic(value: Value<'_>) -> Result<Cow<'_, [u8]>, Defect> {
    value.as_bytes().ok_or("a topic that is not a string")
}
