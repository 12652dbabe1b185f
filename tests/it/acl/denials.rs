//! What the log says of topics that are denied to a client, or about which its token says nothing.

use crate::harness::session::{Ask, PUBLISH, RECEIVE, SUBSCRIBE};
use crate::harness::{Broker, Connect, NOW, SECRET, broker, json_file, token};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use serde_json::{Value, json};

const TOPICS: [&str; 5] = ["a", "b", "c", "a/+", ""];

/// The lines of this level since the last client connected.
fn lines(broker: &Broker, level: i32) -> Vec<String> {
    let log = broker.log();
    let since = log
        .iter()
        .rposition(|(_, line)| line.starts_with("accepted"));
    let lines = log.into_iter().skip(since.unwrap() + 1);
    lines
        .filter(|(of, _)| *of == level)
        .map(|(_, line)| line)
        .collect()
}

/// The end of a line about this client and token.
fn end(client: &str, token: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let digits = u32::from_be_bytes(digest.as_ref()[..4].try_into().unwrap());
    format!(": client {client}, token {digits:08x}")
}

/// What the log says of a request that is denied to a client with these claims.
#[track_caller]
fn said(claims: &Value, ask: Ask, topic: &str) -> String {
    let broker = broker(json!({}));
    let token = token(claims);
    let session = broker.admit_with(&token);
    assert_eq!(session.may(ask, topic), Deny, "{claims} {topic}");
    let lines = lines(&broker, 4);
    let [line] = &lines[..] else {
        panic!("{lines:?}")
    };
    let said = line.strip_prefix("denied: ").unwrap();
    said.strip_suffix(&end("`c1`", &token)).unwrap().to_owned()
}

#[test]
fn a_denial_names_the_rule_that_says_so() {
    let rules = json!({"acl": [
        {"permission": "allow", "action": "all", "topic": "a"},
        {"permission": "deny", "action": "pub", "topics": ["x", "b"]},
        {"permission": "deny", "action": "sub", "topic": "c", "clientid": "c2"},
        {"permission": "deny", "action": "sub", "topics": ["b/#", "c/+"]},
        {"permission": "deny", "action": "all", "topic": "#"},
    ]});
    for (ask, topic, expected) in [
        (PUBLISH, "b", "publish to `b`: by rule 2 of the token"),
        (PUBLISH, "c", "publish to `c`: by rule 5 of the token"),
        (SUBSCRIBE, "b", "subscribe to `b`: by rule 4 of the token"),
        (SUBSCRIBE, "c", "subscribe to `c`: by rule 5 of the token"),
        (
            SUBSCRIBE,
            "+/x",
            "subscribe to `+/x`: by rule 4 of the token",
        ),
        (
            SUBSCRIBE,
            "$share/g/c/d",
            "subscribe to `$share/g/c/d`: by rule 4 of the token",
        ),
    ] {
        assert_eq!(said(&rules, ask, topic), expected);
    }
    let text = json!({ "acl": rules["acl"].to_string() });
    let expected = "publish to `b`: by rule 2 of the token";
    assert_eq!(said(&text, PUBLISH, "b"), expected);
}

#[test]
fn a_denial_names_the_rule_of_the_operator_by_its_path() {
    let deny = |topic: &str| json!({"permission": "deny", "action": "all", "topic": topic});
    let only_for = |role: &str, topic: &str| {
        let mut rule = deny(topic);
        rule["claims"] = json!({ "role": role });
        rule
    };
    let broker = broker(json!({
        "acl": [deny("a"), only_for("guest", "b"), only_for("host", "c")],
        "issuers": [
            { "issuer": "plant", "secret": SECRET, "acl": [deny("d"), deny("e/${clientid}")] },
        ],
    }));
    let acl = json!([deny("f"), deny("g"), deny("#")]);
    let [plant, unlisted] =
        ["plant", "office"].map(|iss| token(&json!({ "iss": iss, "role": "guest", "acl": acl })));
    for (token, topic, rule) in [
        (&plant, "a", "`acl[0]`"),
        (&plant, "b", "`acl[1]`"),
        (&plant, "c", "rule 3 of the token"),
        (&plant, "d", "`issuers[0].acl[0]`"),
        (&plant, "e/c1", "`issuers[0].acl[1]`"),
        (&plant, "f", "rule 1 of the token"),
        (&unlisted, "a", "`acl[0]`"),
        (&unlisted, "d", "rule 3 of the token"),
        (&unlisted, "g", "rule 2 of the token"),
    ] {
        let session = broker.admit_with(token);
        assert_eq!(session.may(PUBLISH, topic), Deny);
        let expected = format!(
            "denied: publish to `{topic}`: by {rule}{}",
            end("`c1`", token)
        );
        assert_eq!(lines(&broker, 4), [expected]);
    }
}

#[test]
fn a_denial_names_the_lists_in_which_the_topic_is_not() {
    let map = json!({"acl": {"pub": ["a"], "sub": ["b/+"]}});
    for (ask, topic, expected) in [
        (
            PUBLISH,
            "b/x",
            "publish to `b/x`: nothing in `pub` or `all` allows it",
        ),
        (
            SUBSCRIBE,
            "b/#",
            "subscribe to `b/#`: nothing in `sub` or `all` allows it",
        ),
    ] {
        assert_eq!(said(&map, ask, topic), expected);
    }
}

#[test]
fn a_denial_for_everybody_is_said_to_be_one() {
    for claims in [
        json!({}),
        json!({"acl": {"all": ["#"]}}),
        json!({"is_superuser": true}),
    ] {
        for (ask, topic, expected) in [
            (PUBLISH, "a/#", "publish to `a/#`: MQTT does not permit it"),
            (PUBLISH, "", "publish to ``: MQTT does not permit it"),
            (
                SUBSCRIBE,
                "a#",
                "subscribe to `a#`: MQTT does not permit it",
            ),
        ] {
            assert_eq!(said(&claims, ask, topic), expected);
        }
    }
}

#[test]
fn a_denial_after_the_end_of_a_token_says_so() {
    let revocations = json_file("denials", &json!({"jti": []}));
    for outlives in [true, false] {
        let broker = broker(json!({
            "disconnect_after_expire": !outlives, "revocations_file": revocations.0,
        }));
        let claims = json!({"exp": NOW + 1, "jti": "x", "acl": {"all": ["a"]}});
        let token = token(&claims);
        let session = broker.admit_with(&token);
        assert_eq!(session.may(PUBLISH, "a"), Allow);
        broker.set_time(NOW + 1);
        assert_eq!(session.may(PUBLISH, "a"), Deny);
        let end = end("`c1`", &token);
        let expected = format!("denied: publish to `a`: the token has expired{end}");
        assert_eq!(lines(&broker, 4), [expected]);

        revocations.write(json!({"jti": ["x"]}).to_string());
        let config = json!({
            "secret": SECRET, "revocations_file": revocations.0, "leeway": 60,
        });
        broker.reload(&config).unwrap();
        assert_eq!(session.may(PUBLISH, "b"), Deny);
        let expected = format!("denied: publish to `b`: the token is revoked{end}");
        assert_eq!(lines(&broker, 4)[1..], [expected]);
        revocations.write(json!({"jti": []}).to_string());
    }
}

#[test]
fn what_is_allowed_or_left_to_the_broker_or_delivered_is_not_told() {
    let broker = broker(json!({}));
    for (claims, publish) in [
        (json!({"is_superuser": true, "acl": {}}), Allow),
        (json!({"acl": {"pub": ["b"]}}), Allow),
        (json!({"acl": []}), NoMatch),
        (
            json!({"acl": [{"permission": "deny", "action": "all", "topic": "x"}]}),
            NoMatch,
        ),
    ] {
        let session = broker.admit_with(&token(&claims));
        assert_eq!(session.may(PUBLISH, "b"), publish, "{claims}");
        for topic in ["b", "x", "", "+"] {
            session.may(RECEIVE, topic);
        }
        assert_eq!(lines(&broker, 4), [""; 0], "{claims}");
        assert_eq!(broker.warnings(), [""; 0], "{claims}");
    }
}

#[test]
fn a_denial_is_told_once_for_each_topic_of_a_session() {
    let broker = broker(json!({}));
    let token = token(&json!({"acl": {}}));
    let sessions = [(); 3].map(|()| broker.admit_with(&token));
    for (number, session) in (1..).zip(&sessions) {
        for qos in [0, 1, 0, 2] {
            for ask in [PUBLISH, SUBSCRIBE] {
                for topic in TOPICS {
                    assert_eq!(session.may(Ask { qos, ..ask }, topic), Deny);
                }
            }
        }
        assert_eq!(lines(&broker, 4).len(), number * 2 * TOPICS.len());
    }
}

#[test]
fn a_client_that_asks_for_everything_makes_no_more_than_64_lines() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({"acl": {}})));
    for n in 0..1_000 {
        assert_eq!(session.may(PUBLISH, n.to_string()), Deny);
    }
    assert_eq!(lines(&broker, 4).len(), 64);
    let other = broker.admit_with(&token(&json!({"acl": {}})));
    assert_eq!(other.may(PUBLISH, "a"), Deny);
    assert_eq!(lines(&broker, 4).len(), 1);
}

#[test]
fn threads_tell_a_topic_of_their_session_once() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({"acl": {}})));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..40 {
                    assert_eq!(session.may(PUBLISH, n.to_string()), Deny);
                }
            });
        }
    });
    assert_eq!(lines(&broker, 4).len(), 40);
}

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

#[test]
fn a_client_that_must_not_be_named_is_not() {
    let broker = broker(json!({}));
    let token = token(&json!({"acl": {}}));
    let session = broker.admit(Connect {
        client_id: Some(token.as_bytes()),
        password: Some(token.as_bytes()),
        ..Connect::default()
    });
    assert_eq!(session.may(PUBLISH, "a"), Deny);
    let expected = format!(
        "denied: publish to `a`: nothing in `pub` or `all` allows it{}",
        end("not shown", &token)
    );
    assert_eq!(lines(&broker, 4), [expected]);
}

#[test]
fn a_client_from_a_verifier_without_a_log_has_no_name() {
    let (quiet, talking) = (Broker::without_log(json!({})), broker(json!({})));
    let denied = token(&json!({"acl": {}}));
    let session = quiet.admit_with(&denied).moved_to(&talking);
    assert_eq!(session.may(PUBLISH, "a"), Deny);
    let lines = talking.log();
    let (level, line) = lines.last().unwrap();
    assert_eq!(*level, 4);
    assert!(line.ends_with(&end("not named", &denied)), "{line}");

    let session = quiet.admit_with(&token(&json!({}))).moved_to(&talking);
    assert_eq!(session.may(PUBLISH, "a"), NoMatch);
    let expected = "client not named has no topic permissions of its own: the broker decides";
    assert_eq!(talking.warnings(), [expected]);
}

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
