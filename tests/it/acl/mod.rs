//! What the ACL claim of a client permits.

mod claim;
mod claims;
mod clients;
mod denials;
mod depth;
mod invalid_filters;
mod limits;
mod list_form;
mod map_form;
mod matching;
mod operator;
mod placeholders;
mod properties;
mod rules;
mod text_form;
mod topics;

use crate::harness::{broker, token};
use jwt_auth::Reason;
use serde_json::{Value, json};

/// A token with this claim is refused, and the log begins its explanation so.
#[track_caller]
fn bad_acl(acl: &Value, explanation: &str) {
    let broker = broker(json!({}));
    let answer = broker.present(&token(&json!({ "acl": acl })));
    answer.is_so(&acl.to_string(), jwt_auth::Decision::Deny, Reason::BadAcl);
    let (level, line) = broker.log().pop().unwrap();
    assert_eq!(level, 3);
    let start = format!("refused: bad_acl ({explanation}");
    assert!(line.starts_with(&start), "{acl}: {line}");
    assert!(
        line.contains("): client `c1`, user `u1`, token "),
        "{acl}: {line}"
    );
    assert!(!line.contains("CANARY"), "{acl}: {line}");
}

/// A rule that denies everything with the topic `t`, but for these members.
fn deny(members: &Value) -> Value {
    let mut rule = json!({ "permission": "deny", "action": "all", "topic": "t" });
    for (name, value) in members.as_object().unwrap() {
        rule[name] = value.clone();
    }
    rule
}

/// The same that allows.
fn allow(members: &Value) -> Value {
    let mut rule = deny(members);
    rule["permission"] = json!("allow");
    rule
}
