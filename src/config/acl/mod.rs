//! The option `acl`: a list of rules.

#[cfg(test)]
mod schema;

use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer};

use super::verify_claims::VerifyClaims;
use crate::acl::CompiledRule;
use crate::json::{self, Json};
use crate::operator_rules::OperatorRule;

/// The operator's rules, in their order.
#[derive(Default)]
pub(crate) struct OperatorAcl(pub(crate) Vec<OperatorRule>);

impl<'de> Deserialize<'de> for OperatorAcl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rules = Vec::<Compiled>::deserialize(deserializer)?;
        Ok(Self(rules.into_iter().map(|Compiled(rule)| rule).collect()))
    }
}

struct Compiled(OperatorRule);

/// The members of a rule. What they hold is for the reader of the claim to see.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Members<'a> {
    claims: Option<VerifyClaims>,
    #[serde(borrow)]
    permission: Option<Json<'a>>,
    #[serde(borrow)]
    action: Option<Json<'a>>,
    #[serde(borrow)]
    topic: Option<Json<'a>>,
    #[serde(borrow)]
    topics: Option<Json<'a>>,
    #[serde(borrow)]
    qos: Option<Json<'a>>,
    #[serde(borrow)]
    retain: Option<Json<'a>>,
    #[serde(borrow)]
    clientid: Option<Json<'a>>,
    #[serde(borrow)]
    username: Option<Json<'a>>,
    #[serde(borrow)]
    clientid_re: Option<Json<'a>>,
    #[serde(borrow)]
    username_re: Option<Json<'a>>,
    #[serde(borrow)]
    ipaddr: Option<Json<'a>>,
    // EMQX's own, which the reader of the claim has words for.
    #[serde(borrow)]
    zone: Option<Json<'a>>,
    #[serde(borrow)]
    zone_re: Option<Json<'a>>,
    #[serde(borrow)]
    listener: Option<Json<'a>>,
    #[serde(borrow)]
    listener_re: Option<Json<'a>>,
}

impl<'de> Deserialize<'de> for Compiled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Members::deserialize(deserializer)?;
        let claims = match members.claims {
            Some(VerifyClaims(claims)) if claims.is_empty() => {
                return Err(de::Error::custom("`claims` is empty"));
            }
            claims => claims.map_or_else(Vec::new, |VerifyClaims(claims)| claims),
        };
        let members = [
            ("permission", members.permission),
            ("action", members.action),
            ("topic", members.topic),
            ("topics", members.topics),
            ("qos", members.qos),
            ("retain", members.retain),
            ("clientid", members.clientid),
            ("username", members.username),
            ("clientid_re", members.clientid_re),
            ("username_re", members.username_re),
            ("ipaddr", members.ipaddr),
            ("zone", members.zone),
            ("zone_re", members.zone_re),
            ("listener", members.listener),
            ("listener_re", members.listener_re),
        ];
        let members = members.into_iter();
        let rule = Json::object(members.filter_map(|(name, value)| Some((name.into(), value?))));
        // Written as JSON again, it is read as a rule of the claim is, by the same reader.
        let text = serde_json::to_vec(&rule).unwrap_or_default();
        let mut nodes = Vec::new();
        let tape = json::scan(&text, &mut nodes, |_, _, _| {})
            .map_err(|_| de::Error::custom("a rule that is not an object"))?;
        let rule = CompiledRule::read(tape.outermost()).map_err(de::Error::custom)?;
        Ok(Self(OperatorRule {
            claims,
            rule: Arc::new(rule),
        }))
    }
}
