//! Whom a rule is about: each condition on the client changes a decision.

use crate::harness::session::PUBLISH;
use crate::harness::{Connect, broker, token};
use jwt_auth::Permission::{self, Allow, Deny, NoMatch};
use serde_json::{Value, json};

use super::{allow, deny};

/// What a client with this rule may publish to `t`.
#[track_caller]
fn publishes(rule: &Value, client: Connect<'_>) -> Permission {
    let broker = broker(json!({}));
    let token = token(&json!({ "acl": [rule] }));
    let session = broker.admit(Connect {
        password: Some(token.as_bytes()),
        ..client
    });
    session.may(PUBLISH, "t")
}

/// What the client may publish to `t` where a rule allows and where it denies, with this condition.
#[track_caller]
fn if_allowed_and_if_denied(members: &Value, client: Connect<'_>) -> (Permission, Permission) {
    (
        publishes(&allow(members), client),
        publishes(&deny(members), client),
    )
}

const APPLIES: (Permission, Permission) = (Allow, Deny);
const DOES_NOT_APPLY: (Permission, Permission) = (NoMatch, NoMatch);

#[test]
fn a_rule_is_about_the_client_with_exactly_this_id_or_name() {
    let client = Connect {
        client_id: Some(b"device-1"),
        username: Some(b"alice"),
        ..Connect::default()
    };
    let check = |members: Value| if_allowed_and_if_denied(&members, client);
    assert_eq!(check(json!({"clientid": "device-1"})), APPLIES);
    assert_eq!(check(json!({"username": "alice"})), APPLIES);
    for other in [
        "",
        "device",
        "device-1 ",
        "Device-1",
        "alice",
        "%c",
        "${clientid}",
        "^device-1$",
    ] {
        assert_eq!(
            check(json!({ "clientid": other })),
            DOES_NOT_APPLY,
            "{other}"
        );
    }
    for other in ["", "alic", "Alice", "device-1", "%u", "."] {
        assert_eq!(
            check(json!({ "username": other })),
            DOES_NOT_APPLY,
            "{other}"
        );
    }
}

#[test]
fn a_pattern_is_found_anywhere_in_the_id_or_name() {
    let client = Connect {
        client_id: Some(b"device-17"),
        username: Some("gr\u{fc}n".as_bytes()),
        ..Connect::default()
    };
    let check = |members: Value| if_allowed_and_if_denied(&members, client);
    for (pattern, expected) in [
        ("vice", APPLIES),
        ("^device-[0-9]+$", APPLIES),
        ("^vice", DOES_NOT_APPLY),
        ("DEVICE", DOES_NOT_APPLY),
        ("(?i)DEVICE", APPLIES),
        (r"\d{2}", APPLIES),
        (r"\d{3}", DOES_NOT_APPLY),
        ("gr", DOES_NOT_APPLY),
        ("%c", DOES_NOT_APPLY),
    ] {
        assert_eq!(
            check(json!({ "clientid_re": pattern })),
            expected,
            "{pattern}"
        );
    }
    for (pattern, expected) in [
        ("r\u{fc}n$", APPLIES),
        ("device", DOES_NOT_APPLY),
        ("^gr.+n$", APPLIES),
    ] {
        assert_eq!(
            check(json!({ "username_re": pattern })),
            expected,
            "{pattern}"
        );
    }
}

#[test]
fn what_the_client_did_not_send_equals_nothing_and_no_pattern_is_found_in_it() {
    let nobody = Connect {
        client_id: None,
        username: None,
        ..Connect::default()
    };
    for members in [
        json!({"clientid": ""}),
        json!({"username": ""}),
        json!({"clientid_re": ".*"}),
        json!({"username_re": ".*"}),
        json!({"username_re": "^undefined$"}),
    ] {
        assert_eq!(
            if_allowed_and_if_denied(&members, nobody),
            DOES_NOT_APPLY,
            "{members}"
        );
    }
    let empty = Connect {
        client_id: Some(b""),
        username: Some(b""),
        ..Connect::default()
    };
    for members in [
        json!({"clientid": ""}),
        json!({"username": ""}),
        json!({"username_re": ".*"}),
    ] {
        assert_eq!(
            if_allowed_and_if_denied(&members, empty),
            APPLIES,
            "{members}"
        );
    }
}

#[test]
fn an_address_is_in_a_block_or_is_it() {
    for (block, peer, applies) in [
        ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.8", false),
        ("192.0.2.7/32", "192.0.2.7", true),
        ("192.0.2.0/24", "192.0.2.255", true),
        ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.7/24", "192.0.2.200", true),
        ("192.0.2.128/25", "192.0.2.127", false),
        ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::7", "2001:db8::7", true),
        ("2001:db8::7", "2001:0DB8:0:0::7", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false),
        ("::/0", "2001:db8::1", true),
        ("::1", "127.0.0.1", false),
        // A dual-stack listener sees IPv4 clients so.
        ("192.0.2.0/24", "::ffff:192.0.2.7", true),
        ("192.0.2.0/24", "::ffff:c000:207", true),
        ("192.0.2.0/24", "::ffff:192.0.3.7", false),
        ("::ffff:192.0.2.7", "192.0.2.7", true),
        ("::ffff:192.0.2.0/120", "192.0.2.9", true),
        ("::ffff:192.0.2.0/120", "192.0.3.9", false),
        ("::/0", "::ffff:192.0.2.7", true),
        ("::ffff:0:0/90", "::ffff:192.0.2.7", true),
        ("::/0", "192.0.2.7", false),
    ] {
        let client = Connect {
            peer_address: Some(peer.as_bytes()),
            ..Connect::default()
        };
        let expected = if applies { APPLIES } else { DOES_NOT_APPLY };
        let found = if_allowed_and_if_denied(&json!({ "ipaddr": block }), client);
        assert_eq!(found, expected, "{peer} in {block}");
    }
}

#[test]
fn an_address_that_is_not_known_lifts_no_ban_and_grants_nothing() {
    let peers: [Option<&[u8]>; 8] = [
        None,
        Some(b""),
        Some(b"localhost"),
        Some(b"192.0.2.7:1883"),
        Some(b"192.0.2"),
        Some(b"192.0.2.7 "),
        Some(b"[2001:db8::7]"),
        Some(b"\xff"),
    ];
    for peer_address in peers {
        let client = Connect {
            peer_address,
            ..Connect::default()
        };
        let check = |members: Value| if_allowed_and_if_denied(&members, client);
        let found = check(json!({"ipaddr": "192.0.2.0/24"}));
        assert_eq!(found, (NoMatch, Deny), "{peer_address:?}");
        // The other conditions count as they do.
        let found = check(json!({"ipaddr": "192.0.2.0/24", "clientid": "c1"}));
        assert_eq!(found, (NoMatch, Deny), "{peer_address:?}");
        let found = check(json!({"ipaddr": "192.0.2.0/24", "clientid": "other"}));
        assert_eq!(found, DOES_NOT_APPLY, "{peer_address:?}");
    }
}

#[test]
fn all_conditions_of_a_rule_must_hold() {
    let client = Connect {
        peer_address: Some(b"192.0.2.7"),
        ..Connect::default()
    };
    let good = json!({
        "clientid": "c1", "username": "u1", "clientid_re": "c", "username_re": "u",
        "ipaddr": "192.0.2.7", "qos": 0, "retain": false,
    });
    assert_eq!(if_allowed_and_if_denied(&good, client), APPLIES);
    for (name, wrong) in [
        ("clientid", json!("x")),
        ("username", json!("x")),
        ("clientid_re", json!("x")),
        ("username_re", json!("x")),
        ("ipaddr", json!("192.0.2.8")),
        ("qos", json!(1)),
        ("retain", json!(true)),
        ("topic", json!("x")),
        ("action", json!("sub")),
    ] {
        let mut members = good.clone();
        members[name] = wrong;
        assert_eq!(
            if_allowed_and_if_denied(&members, client),
            DOES_NOT_APPLY,
            "{name}"
        );
    }
}
