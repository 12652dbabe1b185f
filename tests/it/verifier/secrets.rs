//! What is told of a refusal shows nothing of a password that the client sent beside its token.

use crate::harness::{Broker, Connect, SECRET, broker, hs256, token};
use serde_json::{Value, json};

const PASSWORD: &str = "hunter2hunter2";

/// A client whose token is in the user name.
fn client<'c>(token: &'c str, password: Option<&'c str>) -> Connect<'c> {
    Connect {
        client_id: Some(b"c1"),
        username: Some(token.as_bytes()),
        password: password.map(str::as_bytes),
        ..Connect::default()
    }
}

/// What the log says of a refused client, up to the client's name.
fn said(broker: &Broker, token: &str, password: Option<&str>) -> String {
    broker.connect(client(token, password));
    let (_, line) = broker.log().pop().unwrap();
    let line = line.strip_prefix("refused: ").unwrap();
    line.split(": client ").next().unwrap().to_owned()
}

#[test]
fn a_text_of_the_token_that_is_the_password_is_not_in_the_line() {
    let typed = json!({ "from": "username", "token_type": "at+jwt", "secret": SECRET });
    let keys = json!({ "keys": [{ "kty": "oct", "kid": "a", "k": "A".repeat(43) }] });
    let named = json!({ "from": "username", "jwks": keys });
    let signed = |header: Value| hs256(SECRET, &header.to_string(), "{}");
    for (config, token, reason, detail) in [
        (
            &typed,
            signed(json!({ "alg": "HS256", "typ": PASSWORD })),
            "wrong_token_type",
            "typ",
        ),
        (
            &named,
            signed(json!({ "alg": "HS256", "kid": PASSWORD })),
            "unknown_key_id",
            "kid",
        ),
        (
            &typed,
            signed(json!({ "alg": PASSWORD })),
            "unsupported_algorithm",
            "alg",
        ),
        (
            &typed,
            hs256(
                SECRET,
                &format!(r#"{{"alg":"HS256","{PASSWORD}":1,"{PASSWORD}":2}}"#),
                "{}",
            ),
            "malformed_token",
            "in the header",
        ),
    ] {
        let broker = Broker::new(config);
        let shown = said(&broker, &token, None);
        assert!(
            shown.contains(PASSWORD) && shown.contains(detail),
            "{shown}"
        );
        assert_eq!(said(&broker, &token, Some("another password")), shown);
        assert_eq!(said(&broker, &token, Some(PASSWORD)), reason);
    }
}

#[test]
fn a_date_that_is_the_password_is_not_explained() {
    let broker = broker(json!({ "from": "username" }));
    let token = token(&json!({ "exp": 4_102_444_800_u64 }));
    let date = "2100-01-01T00:00:00Z";
    let explained = |password| broker.explain(client(&token, password)).to_string();
    assert!(explained(None).contains(date));
    assert!(explained(Some("x")).contains(date));
    assert!(!explained(Some(date)).contains(date));
}
