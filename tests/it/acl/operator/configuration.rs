//! What the option `acl` may be.

use super::{rule, rule_with};
use crate::harness::{Broker, SECRET, broker};
use serde_json::{Value, json};

/// A configuration with this option is refused, and the error says this.
#[track_caller]
fn refused(acl: &Value, expected: &str) {
    let config = json!({"secret": SECRET, "acl": acl});
    assert_eq!(Broker::refused(&config), expected, "{acl}");
    // An issuer's option has its own path.
    if let Some(rest) = expected.strip_prefix('`') {
        let config = json!({"issuers": [{"issuer": "i", "secret": SECRET, "acl": acl}]});
        assert_eq!(
            Broker::refused(&config),
            format!("`issuers[0].{rest}"),
            "{acl}"
        );
    }
}

/// The third rule is refused.
#[track_caller]
fn third(rule_of: &Value, expected: &str) {
    let good = rule("allow", "a");
    refused(
        &json!([good, good, rule_of]),
        &format!("`acl[2]`: {expected}"),
    );
}

#[test]
fn it_is_a_list_of_rules() {
    broker(json!({"acl": []}));
    refused(&json!({}), "`acl`: expected a list");
    refused(&json!("a"), "`acl`: expected a list");
    refused(&json!(null), "`acl`: expected a list");
    third(&json!(1), "expected an object");
}

#[test]
fn a_defect_names_the_rule_and_what_is_wrong() {
    third(&json!({}), "permission is neither allow nor deny");
    third(
        &json!({"permission": "allow"}),
        "action is none of pub, publish, sub, subscribe and all",
    );
    let with = |members: Value| rule_with("allow", "t", &members);
    third(
        &with(json!({"action": "eat"})),
        "action is none of pub, publish, sub, subscribe and all",
    );
    third(
        &with(json!({"permission": true})),
        "permission is neither allow nor deny",
    );
    third(&with(json!({"qos": 3})), "qos is none of 0, 1 and 2");
    third(&with(json!({"qos": [0, "3"]})), "qos is none of 0, 1 and 2");
    third(
        &with(json!({"retain": 2})),
        "retain is neither a boolean nor all",
    );
    third(&with(json!({"topic": 1})), "topic is not a string");
    third(&with(json!({"topics": ["a"]})), "both topic and topics");
    third(&with(json!({"topic": null})), "neither topic nor topics");
    third(
        &with(json!({"topic": null, "topics": "a"})),
        "a list of topics that is not a list",
    );
    third(
        &with(json!({"topic": null, "topics": [1]})),
        "a topic that is not a string",
    );
    for topic in ["", "a/#/b", "a+", "eq ", "eq a+", "+%c", "a\0"] {
        third(
            &with(json!({"topic": topic})),
            "a topic that is no valid filter",
        );
    }
    for topic in ["${x}", "${claims.}", "${claims", "${client_attrs.}"] {
        third(
            &with(json!({"topic": topic})),
            "a placeholder that is not known",
        );
    }
    let deep = format!("${{claims.{}n}}", "n.".repeat(33));
    third(
        &with(json!({"topic": deep})),
        "a name of more than 32 dots in ${claims.NAME}",
    );
    third(
        &with(json!({"clientid": 1})),
        "clientid or username is not a string",
    );
    third(
        &with(json!({"username": null})),
        "clientid or username is not a string",
    );
    third(
        &with(json!({"clientid_re": ""})),
        "clientid_re or username_re is not a pattern",
    );
    third(
        &with(json!({"username_re": "("})),
        "clientid_re or username_re is no regular expression",
    );
    third(
        &with(json!({"username_re": "a{1000}{1000}"})),
        "an expression that compiles to more than 2 MiB",
    );
    third(
        &with(json!({"ipaddr": "10.0.0.0/33"})),
        "ipaddr is neither an address nor a CIDR block",
    );
    third(
        &with(json!({"qos": []})),
        "`qos` is empty, so the rule would never match",
    );
    for name in ["zone", "zone_re", "listener", "listener_re"] {
        third(
            &with(json!({name: "x"})),
            "zone and listener are EMQX's own, and cannot be checked",
        );
    }
    refused(
        &json!([
            rule("allow", "a"),
            rule_with("allow", "a", &json!({"topc": "a"}))
        ]),
        "`acl[1].topc`: unknown; the nearest known name is `topic`",
    );
}

#[test]
fn a_defect_of_a_condition_names_it() {
    let claims = |claims: Value| json!([rule_with("allow", "t", &json!({ "claims": claims }))]);
    refused(&claims(json!({})), "`acl[0]`: `claims` is empty");
    refused(&claims(json!([])), "`acl[0]`: `claims` is empty");
    refused(
        &claims(json!({"": 1})),
        "`acl[0].claims`: a claim name is empty",
    );
    refused(
        &claims(json!({"a": {"has": []}})),
        "`acl[0].claims.a.has`: the list is empty",
    );
    refused(
        &claims(json!({"a": {"exists": 1}})),
        "`acl[0].claims.a.exists`: expected true or false",
    );
    let placeholder =
        Broker::refused(&json!({"secret": SECRET, "acl": claims(json!({"a": "${x}"}))}));
    assert!(
        placeholder.starts_with("`acl[0].claims.a`: the placeholders are "),
        "{placeholder}"
    );
}

#[test]
fn every_spelling_of_a_claim_is_taken() {
    broker(json!({"acl": [
        {"permission": "allow", "action": "pub", "topics": []},
        {"permission": "deny", "action": "subscribe", "topic": "eq a/#", "topics": null, "qos": null, "retain": null},
        {"permission": "deny", "action": "sub", "topic": null, "topics": ["%c", "${username}"], "qos": "0,1", "retain": "all"},
        {"permission": "deny", "action": "all", "topic": "a", "qos": [0, "1"], "retain": 0},
    ]}));
}
