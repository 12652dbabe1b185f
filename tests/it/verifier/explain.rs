//! Why a client is refused. That the decision and the reason are those of a check, and that the
//! reason is that of the first check that failed, the harness asserts wherever a test lets a client
//! connect.

use crate::harness::{
    Broker, Connect, HS256_HEADER, NOW, assert_tells_nothing, base64url, broker, certificate,
    hs256, json_file, named_jwk, sign, signed, token, valid_claims, with_header, with_payload,
};
use jsonwebtoken::Algorithm;
use jwt_auth::Reason;
use proptest::prelude::*;
use serde_json::{Value, json};

fn presenting(token: &str) -> Connect<'_> {
    Connect {
        password: Some(token.as_bytes()),
        ..Connect::default()
    }
}

/// The outcome of each check, in order: `+`, `-`, or `.` where it was not reached.
fn outcomes(explained: &Value) -> String {
    let steps = explained["steps"].as_array().unwrap().iter();
    let outcomes = steps.map(|step| match step["outcome"].as_str().unwrap() {
        "passed" => '+',
        "failed" => '-',
        "not_reached" => '.',
        other => panic!("{other}"),
    });
    outcomes.collect()
}

fn detail<'e>(explained: &'e Value, check: &str) -> &'e str {
    let mut steps = explained["steps"].as_array().unwrap().iter();
    let step = steps.find(|step| step["check"] == check).unwrap();
    step["detail"].as_str().unwrap()
}

/// What is explained of a token is this, and of the check these words are said.
#[track_caller]
fn says(broker: &Broker, token: &str, expected: &str, (check, words): (&str, &str)) -> Value {
    let explained = broker.explain(presenting(token));
    assert_eq!(outcomes(&explained), expected, "{explained}");
    let detail = detail(&explained, check);
    assert!(detail.contains(words), "{check}: {detail}");
    explained
}

#[test]
fn a_token_that_is_accepted_passes_every_check() {
    let key = named_jwk(Algorithm::EdDSA, "ed25519", "k1");
    let broker = Broker::new(&json!({ "jwks": { "keys": [key] }, "leeway": 5 }));
    let token = signed(Algorithm::EdDSA, "ed25519", Some("k1"), &valid_claims());
    let all = "++++++++++++++++++";
    let explained = says(&broker, &token, all, ("signature", "`jwks` key `k1`"));
    let exp = "exp 2023-11-14T22:14:20Z is in 60 seconds, leeway 5";
    assert_eq!(detail(&explained, "exp"), exp);
    let mut rest = explained;
    rest.as_object_mut().unwrap().remove("steps");
    let name = rest["token"].as_str().unwrap().to_owned();
    let expected = json!({
        "decision": "allow",
        "reason": "accepted",
        "token": name,
        "alg": "EdDSA",
        "kid": "k1",
        "issuer": null,
        "expires_at": NOW + 65,
        "cached": false,
    });
    assert_eq!(rest, expected);
    broker.present(&token).allowed();
    let (_, line) = broker.log().pop().unwrap();
    assert!(line.ends_with(&format!("token {name}")), "{line}");
}

#[test]
fn only_what_was_checked_is_cached_and_explaining_caches_nothing() {
    let key = named_jwk(Algorithm::EdDSA, "ed25519", "k1");
    let broker = Broker::new(&json!({ "jwks": { "keys": [key] } }));
    let token = signed(Algorithm::EdDSA, "ed25519", Some("k1"), &valid_claims());
    for _ in 0..3 {
        assert_eq!(broker.explain(presenting(&token))["cached"], false);
    }
    broker.present(&token).allowed();
    assert_eq!(broker.explain(presenting(&token))["cached"], true);
    // It is not the same token.
    let other = signed(
        Algorithm::EdDSA,
        "ed25519",
        Some("k1"),
        &json!({ "exp": NOW + 61 }),
    );
    assert_eq!(broker.explain(presenting(&other))["cached"], false);
    // The key that verified it is gone.
    let other = named_jwk(Algorithm::EdDSA, "ed25519-other", "k1");
    broker.reloaded(&json!({ "jwks": { "keys": [other] } }));
    let explained = broker.explain(presenting(&token));
    assert_eq!(explained["cached"], false);
    assert_eq!(explained["reason"], "bad_signature");
    // An HMAC is remembered when it comes for the second time.
    let broker = crate::harness::broker(json!({}));
    let token = crate::harness::token(&valid_claims());
    for cached in [false, false, true] {
        assert_eq!(broker.explain(presenting(&token))["cached"], cached);
        broker.present(&token).allowed();
    }
}

#[test]
fn nothing_is_logged_or_counted() {
    let broker = broker(json!({ "signature_format": "der" }));
    let before = broker.log();
    let bad = sign(
        &format!("{}.{}", base64url(HS256_HEADER), base64url("{}")),
        "other",
    );
    let never = token(&json!({ "acl": { "pub": ["a/#/b"] } }));
    for token in [bad.as_str(), never.as_str(), "hunter2"] {
        for _ in 0..20 {
            broker.explain(presenting(token));
        }
    }
    assert_eq!(broker.log(), before);
    // Ten refusals of one reason in a second are told, and the next is not.
    for refusals in 1..=11 {
        broker.present("hunter2").denied(Reason::MalformedToken);
        broker.explain(presenting("hunter2"));
        let (level, _) = broker.log().pop().unwrap();
        assert_eq!(level, if refusals <= 10 { 3 } else { 4 });
    }
    // Explaining does not tell the number, and the next check does.
    let lines = broker.log().len();
    broker.set_time(NOW + 1);
    broker.explain(presenting("hunter2"));
    assert_eq!(broker.log().len(), lines);
    broker.present(&never).allowed();
    // The number, the filters that never match, and the client that is accepted.
    assert_eq!(broker.log().len(), lines + 3);
}

#[test]
fn a_wrong_encoding_is_still_warned_of_once_by_the_check() {
    let pem = crate::harness::vector_text("keys/p256.pub.pem");
    let broker = Broker::new(&json!({ "public_key": pem }));
    let raw = signed(Algorithm::ES256, "p256", None, &valid_claims());
    let words = ("signature", "`signature_format`");
    says(&broker, &raw, "++++++++-.........", words);
    assert_eq!(broker.warnings(), [""; 0]);
    broker.present(&raw).denied(Reason::SignatureFormat);
    assert_eq!(broker.warnings().len(), 1);
}

#[test]
fn before_the_form_of_a_token_nothing_else_is_reached() {
    let broker = broker(json!({ "max_token_size": 1000, "verify_claims": { "a": 1 } }));
    let explained = broker.explain(Connect::default());
    assert_eq!(outcomes(&explained), "-..................");
    assert_eq!(explained["decision"], "ignore");
    assert!(detail(&explained, "token").contains("password"));
    let long = "x".repeat(1001);
    let explained = says(
        &broker,
        &long,
        "+-.................",
        ("size", "1001 bytes"),
    );
    assert_eq!(explained["token"], Value::Null);
    for (field, words) in [
        ("hunter2-hunter2", "not three segments"),
        ("e30.e30.e30", "alg is not a string"),
        ("Bearer e30.e30.e30", "`Bearer `"),
        (
            &format!("{}=", with_header(HS256_HEADER)),
            "the signature is not base64url",
        ),
    ] {
        let explained = says(&broker, field, "++-................", ("form", words));
        let nulls = ["token", "alg", "kid", "issuer", "expires_at"].map(|name| &explained[name]);
        assert_eq!(nulls, [&Value::Null; 5]);
    }
}

#[test]
fn behind_the_algorithm_the_key_and_the_signature_nothing_is_reached() {
    let rules = json!({ "algorithms": ["HS256"], "token_type": "JWT", "max_key_trials": 1 });
    let broker = broker(rules);
    let header = |header: &str| with_header(header);
    for (token, expected, told) in [
        (
            header(r#"{"alg":"none"}"#),
            "++++-.............",
            ("algorithm", "`none`"),
        ),
        (
            header(r#"{"alg":"HS512","crit":[]}"#),
            "++++-.............",
            ("algorithm", "HS512"),
        ),
        (
            header(r#"{"alg":"HS256","crit":[],"typ":"x"}"#),
            "+++++--+++++++++++",
            ("token_type", "`x`"),
        ),
        (
            header(r#"{"alg":"HS256"}"#),
            "++++++-+++++++++++",
            ("token_type", "no typ"),
        ),
        (
            hs256("another", HS256_HEADER, "{}"),
            "++++++++-.........",
            ("signature", "no key"),
        ),
    ] {
        let explained = says(&broker, &token, expected, told);
        assert_ne!(explained["alg"], Value::Null);
    }
    let key = named_jwk(Algorithm::EdDSA, "ed25519", "k1");
    let keys = Broker::new(&json!({ "jwks": { "keys": [key] } }));
    let of = |kid| signed(Algorithm::EdDSA, "ed25519", Some(kid), &valid_claims());
    says(&keys, &of("k2"), "+++++++-..........", ("key", "`k2`"));
    says(
        &keys,
        &token(&valid_claims()),
        "+++++++-..........",
        ("key", "HS256"),
    );
}

#[test]
fn all_that_is_wrong_with_the_claims_is_told_at_once() {
    let file = json_file("revoked.json", &json!({ "jti": ["t1"] }));
    let broker = broker(json!({
        "leeway": 3,
        "check_iat": true,
        "max_lifetime": 60,
        "revocations_file": file.0,
        "username_claim": "name",
        "verify_claims": [
            { "name": "sub", "value": "%u" },
            { "name": "role", "value": ["a", "b"] },
            { "name": "aud", "value": "mqtt" },
        ],
    }));
    let thumbprint = base64url([7; 32]);
    let token = token(&json!({
        "exp": NOW - 100,
        "nbf": NOW + 10,
        "iat": NOW + 20,
        "sub": "alice",
        "aud": ["mqtt", "x"],
        "cnf": { "x5t#S256": thumbprint },
        "name": 7,
        "acl": 7,
        "jti": "t1",
    }));
    let explained = says(
        &broker,
        &token,
        "++++++++++---+--+----",
        ("exp", "100 seconds ago"),
    );
    for (check, words) in [
        ("exp", "leeway 3"),
        ("nbf", "is in 10 seconds"),
        ("iat", "is in 20 seconds"),
        ("claim sub", "it is `alice`; expected: `u1`"),
        ("claim role", "no such claim; expected: `a` or `b`"),
        ("claim aud", "the list `mqtt`, `x`; expected: `mqtt`"),
        ("certificate", "the client showed no certificate"),
        ("username", "the claim `name` is 7"),
        ("acl", "neither an object nor a list"),
        ("revocation", "jti `t1`"),
    ] {
        let detail = detail(&explained, check);
        assert!(detail.contains(words), "{check}: {detail}");
    }
    assert_eq!(explained["reason"], "expired");
    assert_eq!(explained["expires_at"], Value::Null);
}

#[test]
fn a_missing_date_fails_its_own_check_and_the_lifetime_is_not_reached() {
    let broker = broker(json!({ "max_lifetime": 60 }));
    let of = |claims: Value| token(&claims);
    let no_iat = of(json!({ "exp": NOW + 9 }));
    says(
        &broker,
        &no_iat,
        "++++++++++++-.++++",
        ("iat", "`max_lifetime`"),
    );
    says(
        &broker,
        &of(json!({ "iat": NOW })),
        "++++++++++-++.++++",
        ("exp", "`max_lifetime`"),
    );
    let long = of(json!({ "iat": NOW, "exp": NOW + 61 }));
    says(
        &broker,
        &long,
        "+++++++++++++-++++",
        ("lifetime", "61 seconds"),
    );
    let over = of(json!({ "iat": NOW - 100, "exp": NOW - 10 }));
    says(
        &broker,
        &over,
        "++++++++++-++-++++",
        ("lifetime", "90 seconds"),
    );
    let demanding = crate::harness::broker(json!({ "require_exp": true }));
    says(
        &demanding,
        &of(json!({})),
        "++++++++++-+++++++",
        ("exp", "`require_exp`"),
    );
}

#[test]
fn dates_of_another_type_are_not_compared_and_the_rest_is() {
    let file = json_file("revoked.json", &json!({ "not_before": { "*": NOW } }));
    let broker = broker(json!({ "revocations_file": file.0, "verify_claims": { "a": 1 } }));
    let token = |claims: Value| token(&claims);
    let told = ("claims", "exp is not a numeric date");
    let claims = json!({ "exp": true, "iat": NOW, "nbf": NOW + 9 });
    says(&broker, &token(claims), "+++++++++-....-++++", told);
    // A date that is one is known.
    let claims = json!({ "exp": true, "iat": NOW - 1 });
    says(&broker, &token(claims), "+++++++++-....-+++-", told);
    for payload in ["[]", "{", "\"x\""] {
        let explained = broker.explain(presenting(&with_payload(payload)));
        assert_eq!(outcomes(&explained), "+++++++++-.........");
    }
    let twice = with_payload(r#"{"a":1,"a":2}"#);
    says(&broker, &twice, "+++++++++-.........", ("claims", "`a`"));
}

#[test]
fn the_issuer_is_the_one_that_is_chosen_and_its_conditions_come_last() {
    let key = |name: &str, kid: &str| json!({ "keys": [named_jwk(Algorithm::EdDSA, name, kid)] });
    let broker = Broker::new(&json!({
        "jwks": key("ed25519", "top"),
        "verify_claims": { "z": 1 },
        "issuers": [{
            "issuer": "plant",
            "jwks": key("ed25519-other", "p"),
            "verify_claims": { "a": 1, "z.z": 2 },
        }],
    }));
    let of =
        |key: &str, kid: &str, claims: Value| signed(Algorithm::EdDSA, key, Some(kid), &claims);
    let plant = of(
        "ed25519-other",
        "p",
        json!({ "iss": "plant", "a": 1, "z": 1 }),
    );
    let explained = says(
        &broker,
        &plant,
        "++++++++++++++++-++++",
        ("issuer", "`plant`"),
    );
    assert_eq!(explained["issuer"], "plant");
    let names: Vec<_> = explained["steps"].as_array().unwrap()[14..17]
        .iter()
        .map(|step| step["check"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["claim z", "claim a", "claim z.z"]);
    let top = of("ed25519", "top", json!({ "iss": "other", "z": 1 }));
    let explained = says(&broker, &top, &"+".repeat(19), ("issuer", "top level"));
    assert_eq!(explained["issuer"], Value::Null);
    // Signed by a key of another issuer: the keys of this one were not reached.
    let wrong = of("ed25519", "top", json!({ "iss": "plant" }));
    let explained = says(
        &broker,
        &wrong,
        "+++-+++..............",
        ("issuer", "top level"),
    );
    assert_eq!(explained["reason"], "wrong_issuer");
    assert_eq!(explained["issuer"], "plant");
    // What comes before the keys is the reason all the same.
    let mut header = jsonwebtoken::Header::new(Algorithm::EdDSA);
    header.kid = Some("top".to_owned());
    header.crit = Some(vec!["x".to_owned()]);
    let critical = crate::harness::signed_under(&header, "ed25519", &json!({ "iss": "plant" }));
    let explained = says(
        &broker,
        &critical,
        "+++++-+-.............",
        ("key", "`top`"),
    );
    assert_eq!(explained["reason"], "unsupported_critical_header");
}

#[test]
fn a_certificate_that_is_the_one_passes() {
    let shown = certificate("p256");
    let thumbprint = base64url(sha256(&shown));
    let broker = broker(json!({}));
    let bound = token(&json!({ "cnf": { "x5t#S256": thumbprint } }));
    let client = Connect {
        peer_certificate: Some(&shown),
        ..presenting(&bound)
    };
    assert_eq!(broker.explain(client)["decision"], "allow");
}

fn sha256(bytes: &[u8]) -> impl AsRef<[u8]> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes)
}

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
