//! One rule of the list form, as EMQX 5.9 has it (`emqx_authz_rule_raw`).
//!
//! A rule is never applied with one of its conditions dropped: a member that is not known, or has a
//! value that is not understood, is a defect of the whole claim.

use super::Permission;
use super::conditions::{Actions, Conditions, QosSet, read_retain};
use super::who::{self, About};
use crate::client::Client;
use crate::json::{Json, Object};

/// What is wrong with a claim. It quotes nothing of the token.
pub(super) type Defect = &'static str;

/// A rule that has been read.
pub(super) struct Rule<'j> {
    pub(super) permission: Permission,
    pub(super) conditions: Conditions,
    /// It is about the client that connects, as far as is known.
    pub(super) is_about_client: bool,
    pub(super) topics: Vec<&'j str>,
}

impl<'j> Rule<'j> {
    pub(super) fn read(rule: &'j Json<'_>, client: &Client<'_>) -> Result<Self, Defect> {
        let Json::Object(members) = rule else {
            return Err("a rule that is not an object");
        };
        let mut permission = None;
        let mut actions = None;
        let mut qos = QosSet::ALL;
        let mut retain = None;
        let mut about = About::This;
        for (name, value) in members.iter() {
            match name {
                "permission" => permission = value.as_str().and_then(read_permission),
                "action" => actions = value.as_str().and_then(Actions::from_name),
                "topic" | "topics" => {}
                "qos" => qos = QosSet::read(value)?,
                "retain" => retain = read_retain(value)?,
                "clientid" => about = about.and(who::exactly(value, client.client_id)?),
                "username" => about = about.and(who::exactly(value, client.username)?),
                "clientid_re" => about = about.and(who::like(value, client.client_id)?),
                "username_re" => about = about.and(who::like(value, client.username)?),
                "ipaddr" => about = about.and(who::from_address(value, client)?),
                "zone" | "zone_re" | "listener" | "listener_re" => {
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
            is_about_client: match about {
                About::This => true,
                About::Another => false,
                // What is not known lifts no ban and grants nothing.
                About::Unknown => permission == Permission::Deny,
            },
            topics: read_topics(members)?,
        })
    }
}

fn read_permission(name: &str) -> Option<Permission> {
    match name {
        "allow" => Some(Permission::Allow),
        "deny" => Some(Permission::Deny),
        _ => None,
    }
}

/// The topics, of which either member may be null if the other is not.
fn read_topics<'j>(members: &'j Object<'_>) -> Result<Vec<&'j str>, Defect> {
    let given = |name| members.get(name).filter(|value| **value != Json::Null);
    match (given("topic"), given("topics")) {
        (Some(topic), None) => Ok(vec![topic.as_str().ok_or("topic is not a string")?]),
        (None, Some(topics)) => strings(topics)?.collect(),
        (None, None) => Err("neither topic nor topics"),
        (Some(_), Some(_)) => Err("both topic and topics"),
    }
}

/// The elements of a list of strings.
pub(super) fn strings<'j>(
    list: &'j Json<'_>,
) -> Result<impl Iterator<Item = Result<&'j str, Defect>>, Defect> {
    let Json::Array(elements) = list else {
        return Err("a list of topics that is not a list");
    };
    let string = |element: &'j Json<'_>| element.as_str().ok_or("a topic that is not a string");
    Ok(elements.iter().map(string))
}
