//! The ACL claim of a token, and what its client asks for.
//!
//! The library's answer is compared with that of a naive reading of the claim: `answer` reads it, `rule` the members
//! of a rule, and `fill` replaces the placeholders by what `values` has for them.

mod answer;
mod fill;
mod no_answer;
mod rule;
mod values;

use std::sync::LazyLock;

use serde_json::json;

use answer::Asking;
use fill::Who;
use no_answer::NoAnswer::{self, BadAcl, NotCompared};
use values::{ATTRIBUTES, CLAIMS};

use super::json::{self, Value};
use super::{SECRET, client, compact, verifier};
use crate::acl::{Action, Permission, Qos, Request};
use crate::client::Client;
use crate::refusal::Reason;
use crate::verifier::Verifier;

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| with_rules("[]"));

/// One whose operator has rules.
static RULED: LazyLock<Verifier> = LazyLock::new(|| with_rules(OPERATOR));

/// The operator's rules; those with the member `claims` in a form of their own: see [`holds`].
const OPERATOR: &str = r##"[
    {"permission": "deny", "action": "all", "topics": ["o/secret/#", "o/%u/own"]},
    {"permission": "allow", "action": "publish", "topics": ["o/+/own", "eq o/#"], "qos": [0, 1]},
    {"permission": "deny", "action": "all", "topic": "o/${claims.lists.plain}/x", "claims": {"kind": "press"}},
    {"permission": "deny", "action": "all", "topic": "${claims.nothing}", "claims": {"kind": "mill"}},
    {"permission": "allow", "action": "all", "topics": ["o/${claims.lists.mixed}/#", "#"], "retain": true}
]"##;

fn with_rules(acl: &str) -> Verifier {
    let acl: serde_json::Value = serde_json::from_str(acl).unwrap();
    verifier(&json!({
        "secret": std::str::from_utf8(SECRET).unwrap(),
        "cache_capacity": 16,
        "max_token_size": 1_048_576,
        "acl": acl,
    }))
}

/// Whether a rule holds for the claims of the token.
fn holds(rule: &Value) -> bool {
    let kind = rule.get("claims").and_then(|claims| claims.get("kind"));
    kind.is_none_or(|kind| kind.text() == Some("press"))
}

/// One whose clients have their names by the claim `name`.
static NAMED: LazyLock<Verifier> = LazyLock::new(|| {
    verifier(&json!({
        "secret": std::str::from_utf8(SECRET).unwrap(),
        "username_claim": "name",
        "cache_capacity": 16,
        "max_token_size": 1_048_576,
    }))
});

/// What clients send as client id and user name.
const NAMES: [Option<&str>; 10] = [
    Some("c1"),
    None,
    Some(""),
    Some("a/b"),
    Some("+"),
    Some("#"),
    Some("$x"),
    Some("$"),
    Some("\0"),
    Some("%c${clientid}"),
];

/// Takes the first line of the bytes for who asks and how, the second for the topic, and the rest for the claim.
///
/// Of the first line, `s` is to subscribe, `r` to be sent a message, and anything else to publish; then `qos`; `r`
/// for retained; two digits that choose client id and user name; and `o` for a verifier with rules of the operator.
pub fn acl(bytes: &[u8]) {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
    let (Some(how), Some(topic), Some(text)) = (lines.next(), lines.next(), lines.next()) else {
        return;
    };
    // What is not JSON is for another target.
    let Some(claim) = json::read(text) else {
        return;
    };
    let digit = |at: usize| how.get(at).map_or(0, |byte| usize::from(byte % 16) % 10);
    let request = Request {
        action: match how.first() {
            Some(b's') => Action::Subscribe,
            Some(b'r') => Action::Receive,
            _ => Action::Publish,
        },
        topic,
        qos: Qos::from_number(u8::try_from(digit(1) % 3).unwrap()).unwrap(),
        retain: how.get(2) == Some(&b'r'),
    };
    let asking = Asking {
        who: Who {
            client_id: NAMES[digit(3)],
            username: NAMES[digit(4)],
        },
        request,
        qos: digit(1) % 3,
    };
    let operator = json::read(OPERATOR.as_bytes()).unwrap();
    let operator = operator.list().unwrap().iter();
    let (verifier, operator) = match how.get(5) {
        Some(b'o') => (
            &*RULED,
            operator.filter(|rule| holds(rule)).cloned().collect(),
        ),
        _ => (&*VERIFIER, Vec::new()),
    };
    let expected = asking.answer(&operator, &claim);
    compare(verifier, &asking, asking.who.username, text, &expected);
    // The same as a text.
    if !matches!(claim, Value::Text(_)) {
        let quoted = serde_json::to_vec(std::str::from_utf8(text).unwrap()).unwrap();
        compare(verifier, &asking, asking.who.username, &quoted, &expected);
    }
    // The same name by a claim, whatever the client sends.
    let expected = asking.answer(&[], &claim);
    if asking.who.username.is_some_and(|name| !name.is_empty()) {
        for sent in [None, Some("u1")] {
            compare(&NAMED, &asking, sent, text, &expected);
        }
    }
}

/// The answer to a client that sends this user name, and has the one that asks in the claim `name`.
fn compare(
    verifier: &Verifier,
    asking: &Asking<'_>,
    username: Option<&str>,
    claim: &[u8],
    expected: &Result<Permission, NoAnswer>,
) {
    let name = serde_json::to_string(&asking.who.username).unwrap();
    let payload = [
        format!("{{\"name\":{name},\"client_attrs\":{ATTRIBUTES},{CLAIMS},\"acl\":").as_bytes(),
        claim,
        b"}",
    ]
    .concat();
    // The claim is one level deeper in the payload, so it may nest too deep there.
    if json::read(&payload).is_none() {
        return;
    }
    let token = compact::signed(br#"{"alg":"HS256"}"#, &payload, SECRET);
    let client = Client {
        client_id: asking.who.client_id.map(str::as_bytes),
        username: username.map(str::as_bytes),
        ..client(&token)
    };
    // The second time it is remembered.
    for _ in 0..2 {
        let decided = verifier.decide(&client).unwrap().reason();
        let verdict = verifier.check(&client).unwrap();
        assert_eq!(verdict.reason(), decided);
        let found = verdict
            .outcome
            .map(|grant| verifier.authorize(&grant, &asking.request).unwrap());
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, *expected),
            (Err(refusal), Err(BadAcl)) => assert_eq!(refusal.reason(), Reason::BadAcl),
            (found, Err(NotCompared)) => drop(found),
            (found, expected) => panic!("{found:?}, not {expected:?}"),
        }
    }
}
