//! Clients whose tokens say nothing about topics.

use crate::harness::session::{PUBLISH, RECEIVE, SUBSCRIBE};
use crate::harness::{Connect, NOW, SECRET, broker, token};
use jwt_auth::Permission::NoMatch;
use serde_json::json;

#[test]
fn a_client_has_permissions_where_a_rule_of_the_operator_is_about_it() {
    let rule = json!({
        "permission": "allow",
        "action": "all",
        "topic": "a",
        "claims": { "role": "guest" },
    });
    let broker = broker(json!({ "acl": [rule] }));
    let guest = broker.admit_with(&token(&json!({ "role": "guest" })));
    assert_eq!(guest.may(PUBLISH, "b"), NoMatch);
    assert_eq!(broker.warnings(), [""; 0]);
    let host = broker.admit_with(&token(&json!({ "role": "host" })));
    assert_eq!(host.may(PUBLISH, "a"), NoMatch);
    assert_eq!(broker.warnings().len(), 1);
}

#[test]
fn a_client_without_permissions_is_warned_of_once_in_a_minute() {
    let broker = broker(json!({}));
    let sessions = [b"c1", b"c2"].map(|client_id| {
        broker.admit(Connect {
            client_id: Some(client_id),
            password: Some(token(&json!({})).as_bytes()),
            ..Connect::default()
        })
    });
    let mut expected = Vec::new();
    for (at, warned) in [
        (NOW, Some(0)),
        (NOW, None),
        (NOW - 1, None),
        (NOW + 59, None),
        (NOW + 60, Some(1)),
        (NOW + 119, None),
        (NOW + 120, Some(0)),
        // The clock is set back.
        (NOW - 1_000, Some(1)),
        (NOW - 941, None),
        (NOW - 940, Some(0)),
    ] {
        broker.set_time(at);
        for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
            let order = match warned {
                Some(1) => [1, 0],
                _ => [0, 1],
            };
            for index in order {
                assert_eq!(sessions[index].may(ask, "a"), NoMatch);
            }
        }
        expected.extend(warned.map(|index| {
            format!(
                "client `c{}` has no topic permissions of its own: the broker decides",
                index + 1
            )
        }));
        assert_eq!(broker.warnings(), expected, "{at}");
    }
    broker.reload(&json!({ "secret": SECRET })).unwrap();
    assert_eq!(sessions[0].may(PUBLISH, "a"), NoMatch);
    assert_eq!(broker.warnings(), expected);
}
