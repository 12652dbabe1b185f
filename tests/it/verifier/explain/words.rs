//! What the details say, and what they must not.

use super::{detail, presenting, says};
use crate::harness::{Broker, Connect, NOW, assert_tells_nothing, broker, hs256, token};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn topics_that_never_match_are_told() {
    let never = token(&json!({ "acl": { "pub": ["a/#/b", "c"] } }));
    let told = ("acl", "`pub` `a/#/b`");
    says(&broker(json!({})), &never, &"+".repeat(18), told);
}

#[test]
fn long_values_are_cut() {
    let long = "\u{e9}".repeat(500);
    let broker = broker(json!({ "verify_claims": { "a": [&long, &long, &long, &long, &long] } }));
    let token = token(&json!({ "a": [&long, &long, &long, &long, &long] }));
    let explained = broker.explain(presenting(&token));
    let detail = detail(&explained, "claim a");
    assert_eq!(detail.chars().count(), 200);
    assert!(detail.ends_with("..."), "{detail}");
}

#[test]
fn what_the_client_did_not_send_is_said() {
    let broker = broker(json!({ "verify_claims": { "sub": "%u" } }));
    let token = token(&json!({ "sub": "alice" }));
    let client = Connect {
        username: None,
        ..presenting(&token)
    };
    let explained = broker.explain(client);
    let told = detail(&explained, "claim sub");
    assert!(
        told.ends_with("expected: what the client did not send"),
        "{told}"
    );
}

proptest! {
    #[test]
    fn no_token_password_or_secret_is_told(
        secret in "[!-~]{32,48}",
        password in "[!-~]{8,40}",
        is_good in any::<bool>(),
    ) {
        let claims = json!({
            "sub": password,
            "name": [password, { "x": password }],
            "acl": { password.as_str(): 1 },
            "iat": NOW,
        });
        let header = json!({ "alg": "HS256", "kid": password, "typ": password });
        let signer = if is_good { secret.clone() } else { format!("{secret}x") };
        let token = hs256(&signer, &header.to_string(), claims.to_string());
        let config = json!({
            "from": "username",
            "secret": secret,
            "username_claim": "name",
            "token_type": "JWT",
            "verify_claims": { "sub": "%c", "name": { "has": "%c" } },
        });
        let broker = Broker::new(&config);
        for username in [token.as_bytes(), password.as_bytes()] {
            let client = Connect {
                client_id: Some(password.as_bytes()),
                username: Some(username),
                password: Some(password.as_bytes()),
                ..Connect::default()
            };
            let explained = broker.explain(client).to_string();
            for hidden in [username, password.as_bytes(), secret.as_bytes()] {
                assert_tells_nothing(&explained, hidden);
            }
        }
    }
}
