//! Weaknesses found in EMQX, and what becomes of them here. Those of topic permissions (6, 7) and
//! of fetching key sets (8, 9) are not here; which token meets which key is in
//! `confusions.rs`.

use crate::harness::{
    Broker, Connect, HS256_HEADER, NOW, base64url, hs256, jwk, sign, signed, vector_path, vectors,
};
use jsonwebtoken::Algorithm::{ES256, EdDSA, RS256};
use jwt_auth::Decision::Deny;
use jwt_auth::Reason::{
    Accepted, AlgorithmNotAllowed, BadSignature, ClaimMismatch, Expired, IssuedInFuture,
    MalformedClaims, MalformedToken, MissingClaim, MissingToken, NoKey, NotYetValid,
    SignatureFormat, TokenTooLarge, UnknownKeyId, UnsupportedAlgorithm, UnsupportedCriticalHeader,
};
use serde_json::{Value, json};

/// Long enough to draw no warning.
const SECRET: &str = "hunter2-hunter2-hunter2-hunter2-";

/// A good token with this payload, as far as the payload is good.
fn good(payload: &str) -> String {
    hs256(SECRET, HS256_HEADER, payload)
}

/// A good token with this header, as far as the header is good.
fn headed(header: &str) -> String {
    hs256(SECRET, header, "{}")
}

/// The configuration is an error that names the option.
#[track_caller]
fn bad_config(config: &Value, option: &str) {
    let error = Broker::refused(config);
    assert!(error.starts_with(&format!("`{option}`: ")), "{error}");
}

// 1. Invalid tokens are left to the next authenticator, or to anonymous access.

#[test]
fn by_default_only_a_missing_token_is_left_to_the_next_authenticator() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    broker.connect(Connect::default()).ignored(MissingToken);
    broker.present("a plain password").denied(MalformedToken);
    broker.present(&headed(r#"{"alg":"RS256"}"#)).denied(NoKey);
    broker
        .present(&hs256("guess", HS256_HEADER, "{}"))
        .denied(BadSignature);
}

#[test]
fn no_option_leaves_a_token_that_the_key_could_have_signed_to_the_next_authenticator() {
    let broker = Broker::new(&json!({
        "secret": SECRET, "verify_claims": {"a": "1"}, "check_iat": true,
        "on_missing": "ignore", "on_malformed": "ignore", "on_unknown_key": "ignore",
    }));
    broker.present("a plain password").ignored(MalformedToken);
    broker.present(&headed(r#"{"alg":"RS256"}"#)).ignored(NoKey);
    for (token, reason) in [
        ("x".repeat(16_385), TokenTooLarge),
        (headed(r#"{"alg":"none"}"#), UnsupportedAlgorithm),
        (
            headed(r#"{"alg":"HS256","crit":["exp"]}"#),
            UnsupportedCriticalHeader,
        ),
        (hs256("guess", HS256_HEADER, "{}"), BadSignature),
        (good("[]"), MalformedClaims),
        (good(r#"{"exp":1}"#), Expired),
        (good(r#"{"nbf":4102444800}"#), NotYetValid),
        (good(r#"{"iat":4102444800}"#), IssuedInFuture),
        (good("{}"), MissingClaim),
        (good(r#"{"a":"2"}"#), ClaimMismatch),
    ] {
        broker.present(&token).denied(reason);
    }
    broker.present(&good(r#"{"a":"1"}"#)).allowed();
}

// 2. An nbf or iat to come admits, and an exp that is no number never ends.

#[test]
fn a_token_is_refused_until_the_second_from_which_it_is_good() {
    let broker = Broker::new(&json!({"secret": SECRET, "check_iat": true}));
    for (date, reason) in [("nbf", NotYetValid), ("iat", IssuedInFuture)] {
        broker.set_time(NOW);
        let token = good(&format!(r#"{{"{date}":{}}}"#, NOW + 1));
        broker.present(&token).denied(reason);
        broker.set_time(NOW + 1);
        broker.present(&token).allowed();
    }
}

#[test]
fn a_date_that_is_no_number_is_refused() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    for date in ["exp", "nbf", "iat"] {
        for value in [
            "null",
            "true",
            "false",
            "{}",
            "[]",
            "[1]",
            r#""never""#,
            "1e400",
        ] {
            let token = good(&format!(r#"{{"{date}":{value}}}"#));
            let case = format!("{date} {value}");
            broker.present(&token).is_so(&case, Deny, MalformedClaims);
        }
    }
}

// 3. A client without a user name passes the check of it.

#[test]
fn a_placeholder_matches_nothing_where_the_client_did_not_send_the_field() {
    let broker = Broker::new(&json!({"secret": SECRET, "verify_claims": {"name": "%u"}}));
    let connect = |username: Option<&[u8]>, payload: &str| {
        broker.connect(Connect {
            username,
            password: Some(good(payload).as_bytes()),
            ..Connect::default()
        })
    };
    connect(None, "{}").denied(MissingClaim);
    connect(None, r#"{"name":""}"#).denied(ClaimMismatch);
    connect(None, r#"{"name":"undefined"}"#).denied(ClaimMismatch);
    connect(None, r#"{"name":"%u"}"#).denied(ClaimMismatch);
    connect(None, r#"{"name":null}"#).denied(ClaimMismatch);
    // A name that was sent is a name, even an empty one.
    connect(Some(b""), r#"{"name":""}"#).allowed();
    connect(Some(b""), "{}").denied(MissingClaim);
}

// 4. A payload that is a list or a text is admitted.

#[test]
fn a_payload_that_is_no_json_object_is_refused() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    for payload in ["[1]", "[{}]", r#""x""#, "1", "null", "true", "", "{}{}"] {
        broker
            .present(&good(payload))
            .is_so(payload, Deny, MalformedClaims);
    }
}

// 5. An exp that is a float or very late crashes.

#[test]
fn a_session_ends_at_the_first_full_second_at_which_its_token_has_expired() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    let token = good(&format!(r#"{{"exp":{NOW}.25}}"#));
    assert_eq!(broker.present(&token).allowed().result.expires_at, NOW + 1);
    broker.set_time(NOW + 1);
    broker.present(&token).denied(Expired);
}

#[test]
fn no_session_ends_later_than_the_year_9999() {
    let huge = format!("1{}", "0".repeat(30));
    for leeway in [0, 3_600] {
        let broker = Broker::new(&json!({"secret": SECRET, "leeway": leeway}));
        for exp in [
            "253402300799",
            "253402300798.5",
            "253402300800",
            "15822553606420000",
            "9223372036854775807",
            "18446744073709551615",
            "1e20",
            "1e300",
            &huge,
            r#""15822553606420000""#,
            &format!(r#""{huge}""#),
        ] {
            let answer = broker.present(&good(&format!(r#"{{"exp":{exp}}}"#)));
            assert_eq!(answer.allowed().result.expires_at, 253_402_300_799, "{exp}");
        }
    }
    let broker = Broker::new(&json!({"secret": SECRET}));
    let answer = broker.present(&good(r#"{"exp":253402300798}"#));
    assert_eq!(answer.allowed().result.expires_at, 253_402_300_798);
}

// 10. One key, no choice of algorithms, crit ignored, duplicates and lenient base64 accepted.

#[test]
fn one_verifier_holds_keys_of_every_kind() {
    let mut ed25519 = jwk(EdDSA, "ed25519");
    ed25519["kid"] = json!("ed");
    let broker = Broker::new(&json!({
        "secret": SECRET,
        "public_key": vector_path("keys/two.pub.pem"),
        "jwks": {"keys": [ed25519]},
        "signature_format": "raw",
    }));
    broker.present(&good("{}")).allowed();
    broker
        .present(&signed(RS256, "rsa2048", None, &json!({})))
        .allowed();
    broker
        .present(&signed(ES256, "p256", None, &json!({})))
        .allowed();
    broker
        .present(&signed(EdDSA, "ed25519", Some("ed"), &json!({})))
        .allowed();
}

#[test]
fn only_the_configured_algorithms_are_allowed_and_each_needs_a_key() {
    let tokens = vectors("tokens.json");
    let secret = &tokens[0]["secret"];
    let broker = Broker::new(&json!({"secret": secret, "algorithms": ["HS384", "HS512"]}));
    for token in &tokens {
        let answer = broker.present(token["token"].as_str().unwrap());
        match token["alg"].as_str() {
            Some("HS384" | "HS512") => answer.allowed(),
            _ => answer.denied(AlgorithmNotAllowed),
        };
    }
    for algorithms in [json!(["HS256", "RS256"]), json!([])] {
        bad_config(
            &json!({"secret": secret, "algorithms": algorithms}),
            "algorithms",
        );
    }
}

#[test]
fn what_crit_names_is_never_understood() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    for member in [
        r#""crit":["exp"]"#,
        r#""crit":["b64"],"b64":true"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""b64":false"#,
    ] {
        let token = headed(&format!(r#"{{"alg":"HS256",{member}}}"#));
        broker
            .present(&token)
            .is_so(member, Deny, UnsupportedCriticalHeader);
    }
}

#[test]
fn a_member_given_twice_is_refused_wherever_it_stands() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    for header in [
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"none"}"#,
        r#"{"alg":"HS256","jwk":{"k":"a","k":"b"}}"#,
    ] {
        broker
            .present(&headed(header))
            .is_so(header, Deny, MalformedToken);
    }
    for payload in [
        r#"{"sub":"a","sub":"b"}"#,
        r#"{"sub":"a","\u0073ub":"a"}"#,
        r#"{"data":[{"a":1,"a":2}]}"#,
    ] {
        broker
            .present(&good(payload))
            .is_so(payload, Deny, MalformedClaims);
    }
}

#[test]
fn each_segment_has_one_spelling() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    // Each segment holds both digits in which the two alphabets differ.
    let differs = |segment: &str| segment.contains('-') && segment.contains('_');
    let token = (0..1_000)
        .map(|number| {
            let header = base64url(r#"{"alg":"HS256","x":">>>???"}"#);
            let payload = base64url(format!(r#"{{"x":">>>???","n":{number}}}"#));
            sign(&format!("{header}.{payload}"), SECRET)
        })
        .find(|token| token.split('.').all(differs))
        .unwrap();
    broker.present(&token).allowed();

    let segments: Vec<&str> = token.split('.').collect();
    for (place, segment) in segments.iter().enumerate() {
        let (left, right) = segment.split_at(4);
        for spelling in [
            segment.replace('-', "+").replace('_', "/"),
            format!("{segment}="),
            format!("{segment}=="),
            format!(" {segment}"),
            format!("{segment}\n"),
            format!("{left}\r\n{right}"),
            format!("{left}={right}"),
        ] {
            let mut segments = segments.clone();
            segments[place] = &spelling;
            let [header, payload, signature] = segments[..] else {
                unreachable!()
            };
            // A changed header or payload is signed as it is.
            let respelt = if place == 2 {
                format!("{header}.{payload}.{signature}")
            } else {
                sign(&format!("{header}.{payload}"), SECRET)
            };
            broker
                .present(&respelt)
                .is_so(&spelling, Deny, MalformedToken);
        }
    }
}

// 11. The token is part of the reason.

#[test]
fn no_log_line_holds_a_token_a_part_of_one_or_a_secret() {
    let mut ed25519 = jwk(EdDSA, "ed25519");
    ed25519["kid"] = json!("ed");
    let broker = Broker::new(&json!({
        "secret": SECRET,
        "public_key": vector_path("keys/p256.pub.pem"),
        "jwks": {"keys": [
            ed25519,
            {"kty": "oct", "kid": "other", "k": base64url("hunter2 in a key set")},
            {"kty": "oct", "kid": "broken", "k": "hunter2!"},
            {"kty": "hunter2"},
            "hunter2",
        ]},
        "algorithms": ["HS256", "ES256", "EdDSA"],
        "verify_claims": {"who": "hunter2"},
        "require_exp": true, "check_iat": true, "max_token_size": 1000,
    }));
    let claims = json!({"who": "hunter2", "exp": 4_102_444_800_i64});
    let and = |more: &str| format!(r#"{{"who":"hunter2","exp":4102444800{more}}}"#);
    let header = |header: &str| hs256(SECRET, header, and(""));
    let presented = [
        (good(&and("")), Accepted),
        (good(&and("")) + &"x".repeat(1000), TokenTooLarge),
        ("hunter2".to_owned(), MalformedToken),
        (good(&and("")) + "!", MalformedToken),
        (header("hunter2"), MalformedToken),
        (header(r#"{"alg":"hunter2"}"#), UnsupportedAlgorithm),
        (header(r#"{"alg":"HS512"}"#), AlgorithmNotAllowed),
        (
            header(r#"{"alg":"HS256","crit":["hunter2"]}"#),
            UnsupportedCriticalHeader,
        ),
        (signed(ES256, "p256", Some("other"), &claims), NoKey),
        (
            signed(EdDSA, "ed25519", Some("nobody's"), &claims),
            UnknownKeyId,
        ),
        (hs256("hunter3", HS256_HEADER, and("")), BadSignature),
        (signed(ES256, "p256", None, &claims), SignatureFormat),
        (good(r#"{"who":"hunter2","#), MalformedClaims),
        (
            good(r#"{"who":"hunter2","exp":"hunter2"}"#),
            MalformedClaims,
        ),
        (good(r#"{"who":"hunter2","exp":1}"#), Expired),
        (good(&and(r#","nbf":4102444800"#)), NotYetValid),
        (good(&and(r#","iat":4102444800"#)), IssuedInFuture),
        (
            good(r#"{"nickname":"hunter2","exp":4102444800}"#),
            MissingClaim,
        ),
        (
            good(r#"{"who":"not hunter2","exp":4102444800}"#),
            ClaimMismatch,
        ),
    ];
    let mut unspeakable = vec!["hunter2".to_owned(), base64url("hunter2 in a key set")];
    for (token, reason) in &presented {
        let before = broker.log().len();
        let answer = broker.present(token);
        match reason {
            Accepted => answer.allowed(),
            reason => answer.denied(*reason),
        };
        assert!(broker.log().len() > before, "{reason:?} is not logged");
        unspeakable.extend(token.split('.').map(str::to_owned));
    }
    for (_, line) in broker.log() {
        for part in &unspeakable {
            assert!(!line.contains(part), "{part}: {line}");
        }
    }
}

#[test]
fn no_configuration_error_holds_a_secret() {
    for rest in [
        r#","secret":"hunter2""#,
        r#","secret_file":"hunter2""#,
        r#","secret_base64_encoded":true"#,
        r#","public_key":"-----BEGIN hunter2""#,
        r#","jwks":{"keys":[{"kty":"oct","k":"hunter2!"}]}"#,
        r#","leeway":-1"#,
        ",",
        "hunter2",
    ] {
        let config = format!(r#"{{"secret":"{SECRET}"{rest}}}"#);
        let error = Broker::from_text(config.as_bytes()).err().unwrap();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

// 12. An empty secret is accepted, and a weak one in silence.

#[test]
fn an_empty_secret_is_refused_wherever_it_is_written() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("empty.secret");
    std::fs::write(&file, "").unwrap();
    for (config, option) in [
        (json!({"secret": ""}), "secret"),
        (
            json!({"secret": "", "secret_base64_encoded": true}),
            "secret",
        ),
        (json!({"secret_file": file}), "secret_file"),
        (json!({"jwks": {"keys": [{"kty": "oct", "k": ""}]}}), "jwks"),
    ] {
        bad_config(&config, option);
    }
}

#[test]
fn a_weak_secret_is_accepted_with_a_warning_that_does_not_hold_it() {
    let known = ["well-known", "10 bytes"];
    for (config, secret, warnings) in [
        (json!({"secret": "hunter2"}), "hunter2", &["7 bytes"][..]),
        (json!({"secret": &SECRET[1..]}), &SECRET[1..], &["31 bytes"]),
        (json!({"secret": "emqxsecret"}), "emqxsecret", &known),
        (
            json!({"secret": "ZW1xeHNlY3JldA==", "secret_base64_encoded": true}),
            "emqxsecret",
            &known,
        ),
        (
            json!({"jwks": {"keys": [{"kty": "oct", "k": "aHVudGVyMg"}]}}),
            "hunter2",
            &["7 bytes"],
        ),
        (json!({"secret": SECRET}), SECRET, &[]),
    ] {
        let broker = Broker::new(&config);
        let found = broker.warnings();
        assert_eq!(found.len(), warnings.len(), "{found:?}");
        for (line, expected) in found.iter().zip(warnings) {
            assert!(line.contains(expected), "{line}");
        }
        for (_, line) in broker.log() {
            assert!(!line.contains(secret), "{line}");
            assert!(
                !line.contains("ZW1xeHNlY3JldA") && !line.contains("aHVudGVyMg"),
                "{line}"
            );
        }
        broker.present(&hs256(secret, HS256_HEADER, "{}")).allowed();
    }
}
