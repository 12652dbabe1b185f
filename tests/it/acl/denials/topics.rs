//! How a topic is shown: cut and escaped, and nothing of the token or of a password.

use super::{lines, said};
use crate::harness::session::PUBLISH;
use crate::harness::{Broker, Connect, NOW, broker, token};
use jwt_auth::Permission::Deny;
use serde_json::json;

#[test]
fn a_topic_in_a_line_is_cut_and_escaped_and_shows_nothing_of_the_token() {
    let claims = json!({"acl": {}, "sub": "someone-or-other"});
    let publish = |topic: &str| {
        let said = said(&claims, PUBLISH, topic);
        let (shown, _) = said
            .strip_prefix("publish to ")
            .unwrap()
            .split_once(": ")
            .unwrap();
        shown.to_owned()
    };
    assert_eq!(publish("a`\u{1b}[2J\n"), r"`a\`\u{1b}[2J\n`");
    let long = "\u{e9}".repeat(48);
    assert_eq!(publish(&long), format!("`{long}`"));
    assert_eq!(publish(&format!("{long}x")), format!("`{long}...`"));
    assert_eq!(
        publish(&"x".repeat(70_000)),
        format!("`{}...`", "x".repeat(48))
    );
    let token = token(&claims);
    let [header, payload] = [0, 1].map(|n| token.split('.').nth(n).unwrap());
    for part in [&*token, header, payload, &payload[9..17], &header[..8]] {
        assert_eq!(publish(part), "not shown", "{part}");
        assert_eq!(publish(&format!("-{part}-")), "not shown", "{part}");
    }
    let seven = format!("-{}-", &payload[9..16]);
    assert_eq!(publish(&seven), format!("`{seven}`"));

    let broker = broker(json!({}));
    let session = broker.admit_with(&token);
    // What is no UTF-8 is shown as far as it is.
    assert_eq!(session.may(PUBLISH, b"a\xff"), Deny);
    let line = lines(&broker, 4).pop().unwrap();
    assert!(
        line.starts_with("denied: publish to `a\u{fffd}`: MQTT"),
        "{line}"
    );
}

#[test]
fn a_remembered_token_is_not_shown_in_a_topic_either() {
    let public = crate::harness::vector_text("keys/ed25519.pub.pem");
    let broker = broker(json!({ "public_key": public }));
    let claims = json!({"exp": NOW + 60, "acl": {}});
    let token = crate::harness::signed(jsonwebtoken::Algorithm::EdDSA, "ed25519", None, &claims);
    let session = broker.admit_with(&token);
    let signature = token.rsplit('.').next().unwrap();
    assert_eq!(session.may(PUBLISH, &signature[40..60]), Deny);
    let line = lines(&broker, 4).pop().unwrap();
    assert!(
        line.starts_with("denied: publish to not shown: nothing"),
        "{line}"
    );
}

#[test]
fn no_part_of_a_token_is_shown_in_a_topic_across_its_dots_and_without_a_cache_either() {
    let is_shown = |broker: &Broker, token: &str, topic: &str| {
        let session = broker.admit_with(token);
        assert_eq!(session.may(PUBLISH, topic), Deny);
        let line = lines(broker, 4).pop().unwrap();
        line.starts_with(&format!("denied: publish to `{topic}`"))
    };
    for capacity in [0, 100] {
        let broker = broker(json!({ "cache_capacity": capacity }));
        let token = token(&json!({"acl": {}, "jti": capacity}));
        let dots: Vec<usize> = token.match_indices('.').map(|(at, _)| at).collect();
        // At first sight, and then remembered.
        for _ in 0..3 {
            for start in [
                0,
                dots[0] - 4,
                dots[0] - 1,
                dots[1] - 5,
                dots[1] + 1,
                token.len() - 8,
            ] {
                let run = &token[start..start + 8];
                assert!(!is_shown(&broker, &token, run), "{run} of {token}");
                let shorter = &run[1..];
                assert!(is_shown(&broker, &token, shorter), "{shorter} of {token}");
            }
        }
    }
}

#[test]
fn where_a_client_has_a_password_beside_its_token_no_topic_is_shown() {
    let broker = broker(json!({ "from": "username" }));
    let token = token(&json!({"acl": {}}));
    for (password, expected) in [
        (None, "`hunter2hunter2`"),
        (Some(""), "`hunter2hunter2`"),
        (Some("hunter2hunter2"), "not shown"),
        (Some("x"), "not shown"),
    ] {
        let session = broker.admit(Connect {
            client_id: Some(b"c1"),
            username: Some(token.as_bytes()),
            password: password.map(str::as_bytes),
            ..Connect::default()
        });
        assert_eq!(session.may(PUBLISH, "hunter2hunter2"), Deny);
        let line = lines(&broker, 4).pop().unwrap();
        assert!(
            line.starts_with(&format!("denied: publish to {expected}: ")),
            "{line}"
        );
    }
}
