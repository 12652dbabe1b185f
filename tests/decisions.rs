//! The decision: its order, its strictness, dates, claims, and what is left to others.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that panics fails, and that is all"
)]

mod harness;

use harness::{Broker, Connect, HS256_HEADER, NOW, base64url, hs256, sign, signed, vector_text};
use jsonwebtoken::Algorithm::RS256;
use jwt_auth::{Decision, Reason};
use serde_json::{Value, json};

const SECRET: &str = "an HMAC secret of 32 characters!";

/// A broker with the secret and these options.
fn broker(options: Value) -> Broker {
    let mut config = options;
    config["secret"] = SECRET.into();
    Broker::new(&config)
}

fn token(claims: &Value) -> String {
    hs256(SECRET, HS256_HEADER, claims.to_string())
}

fn with_header(header: &str) -> String {
    hs256(SECRET, header, "{}")
}

fn with_payload(payload: impl AsRef<[u8]>) -> String {
    hs256(SECRET, HS256_HEADER, payload)
}

// The field

#[test]
fn a_field_that_was_not_sent_is_missing_and_ignored_unless_told_otherwise() {
    let nothing = Connect::default();
    broker(json!({}))
        .connect(nothing)
        .ignored(Reason::MissingToken);
    broker(json!({ "on_missing": "ignore" }))
        .connect(nothing)
        .ignored(Reason::MissingToken);
    broker(json!({ "on_missing": "deny" }))
        .connect(nothing)
        .denied(Reason::MissingToken);
}

#[test]
fn a_field_that_was_sent_empty_is_malformed_and_not_missing() {
    broker(json!({})).present("").denied(Reason::MalformedToken);
}

#[test]
fn a_plain_password_is_malformed_and_may_be_left_to_others() {
    broker(json!({}))
        .present("hunter2")
        .denied(Reason::MalformedToken);
    broker(json!({ "on_malformed": "ignore" }))
        .present("hunter2")
        .ignored(Reason::MalformedToken);
}

#[test]
fn the_token_is_looked_for_in_the_configured_field_only() {
    let token = token(&json!({}));
    let in_username = Connect {
        username: Some(token.as_bytes()),
        ..Connect::default()
    };
    broker(json!({ "from": "username" }))
        .connect(in_username)
        .allowed();
    broker(json!({ "from": "password" }))
        .connect(in_username)
        .ignored(Reason::MissingToken);
    broker(json!({ "from": "username" }))
        .present(&token)
        .denied(Reason::MalformedToken);
}

#[test]
fn a_token_of_the_largest_size_is_read_and_one_byte_more_is_too_large() {
    let token = token(&json!({}));
    broker(json!({ "max_token_size": token.len() }))
        .present(&token)
        .allowed();
    let smaller = json!({ "max_token_size": token.len() - 1, "on_malformed": "ignore" });
    broker(smaller)
        .present(&token)
        .denied(Reason::TokenTooLarge);
    broker(json!({}))
        .present(&"x".repeat(16_385))
        .denied(Reason::TokenTooLarge);
    broker(json!({}))
        .present(&"x".repeat(16_384))
        .denied(Reason::MalformedToken);
}

// The token's form

#[test]
fn three_segments_of_canonical_base64url_are_required() {
    let good = token(&json!({ "s": "????>>>>" }));
    let segments: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = segments.as_slice() else {
        unreachable!()
    };
    assert!(
        payload.contains(['-', '_']),
        "the test needs them: {payload}"
    );
    let broker = broker(json!({}));
    broker.present(&good).allowed();
    let standard = |segment: &str| segment.replace('-', "+").replace('_', "/");
    for bad in [
        format!("{header}.{payload}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{signature}"),
        format!("{header}..{payload}.{signature}"),
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\n"),
        format!("{good}\0"),
        format!("Bearer {good}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}="),
        format!("{header}.{}.{signature}", standard(payload)),
        format!("{header}.{payload}.{}", standard(signature) + "+"),
        format!("{header}.{payload}\n.{signature}"),
        format!("{header}A.{payload}.{signature}"),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "\u{e9}.\u{e9}.\u{e9}".to_owned(),
    ] {
        broker
            .present(&bad)
            .is_so(&bad, Decision::Deny, Reason::MalformedToken);
    }
}

#[test]
fn bits_left_over_in_a_last_character_are_refused() {
    let good = token(&json!({}));
    // 32 bytes end in a character of which two bits are not used.
    let (start, last) = good.split_at(good.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let position = alphabet.find(last).unwrap_or_default();
    assert_eq!(position % 4, 0);
    let broker = broker(json!({}));
    for other in position + 1..position + 4 {
        let spelled_otherwise = format!("{start}{}", &alphabet[other..=other]);
        broker
            .present(&spelled_otherwise)
            .denied(Reason::MalformedToken);
    }
}

#[test]
fn the_header_is_strict_json_with_alg_and_kid_as_strings() {
    let broker = broker(json!({}));
    for bad in [
        "",
        "x",
        "[]",
        "null",
        "\"HS256\"",
        r#"["HS256"]"#,
        r#"{"alg":"HS256"} x"#,
        r#"{"alg":"HS256"}{}"#,
        r#"{"typ":"JWT"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":256}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":"HS256","kid":1}"#,
        r#"{"alg":"HS256","kid":null}"#,
        r#"{"alg":"HS256","kid":["a"]}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"none"}"#,
        r#"{"alg":"HS256","x":{"y":1,"y":2}}"#,
        r#"{"alg":"HS256","x":"\ud800"}"#,
        "\u{feff}{\"alg\":\"HS256\"}",
    ] {
        let answer = broker.present(&with_header(bad));
        answer.is_so(bad, Decision::Deny, Reason::MalformedToken);
    }
    let not_utf8 = sign(
        &format!("{}.e30", base64url(b"{\"alg\":\"HS256\",\"x\":\"\xff\"}")),
        SECRET,
    );
    broker.present(&not_utf8).denied(Reason::MalformedToken);
    let whitespace = " {\r\n\t\"alg\" : \"HS\\u003256\" } ";
    broker.present(&with_header(whitespace)).allowed();
}

#[test]
fn alg_has_thirteen_names_exactly_so_spelled() {
    let broker = broker(json!({}));
    for alg in [
        "none",
        "None",
        "NONE",
        "hs256",
        "HS256 ",
        "HS",
        "HS999",
        "ES256K",
        "Ed25519",
        "RS1",
        "",
        "HS256\\u0000",
    ] {
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        let answer = broker.present(&with_header(&header));
        answer.is_so(alg, Decision::Deny, Reason::UnsupportedAlgorithm);
    }
    for alg in [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ] {
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        broker
            .present(&with_header(&header))
            .is_so(alg, Decision::Deny, Reason::NoKey);
    }
}

#[test]
fn an_unsigned_token_is_refused_in_every_spelling() {
    let broker = broker(json!({ "on_unknown_key": "ignore" }));
    for token in ["eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJub25lIn0.e30.AAAA"] {
        broker.present(token).denied(Reason::UnsupportedAlgorithm);
    }
    let unsigned = format!("{}.e30.", base64url(HS256_HEADER));
    broker.present(&unsigned).denied(Reason::BadSignature);
}

#[test]
fn an_algorithm_outside_the_list_is_not_allowed() {
    let broker = broker(json!({ "algorithms": ["HS512"] }));
    broker
        .present(&token(&json!({})))
        .denied(Reason::AlgorithmNotAllowed);
    broker
        .present(&with_header(r#"{"alg":"RS256"}"#))
        .denied(Reason::AlgorithmNotAllowed);
    broker
        .present(&with_header(r#"{"alg":"none"}"#))
        .denied(Reason::UnsupportedAlgorithm);
}

#[test]
fn critical_extensions_are_refused_whatever_they_say() {
    let broker = broker(json!({}));
    for members in [
        r#""crit":["exp"]"#,
        r#""crit":["x"],"x":1"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""b64":false"#,
        r#""b64":"true""#,
        r#""b64":null"#,
        r#""b64":true,"crit":["b64"]"#,
    ] {
        let header = format!(r#"{{"alg":"HS256",{members}}}"#);
        let answer = broker.present(&with_header(&header));
        answer.is_so(members, Decision::Deny, Reason::UnsupportedCriticalHeader);
    }
    broker
        .present(&with_header(r#"{"alg":"HS256","b64":true}"#))
        .allowed();
}

#[test]
fn key_material_in_the_header_is_never_used() {
    let attacker = "the attacker's own secret, long enough";
    let k = base64url(attacker);
    let header = format!(
        r#"{{"alg":"HS256","jwk":{{"kty":"oct","k":"{k}"}},"jku":"http://127.0.0.1:9/","x5u":"http://127.0.0.1:9/","x5c":["AA=="]}}"#
    );
    let broker = broker(json!({}));
    broker
        .present(&hs256(attacker, &header, "{}"))
        .denied(Reason::BadSignature);
    broker.present(&with_header(&header)).allowed();
}

// The order

#[test]
fn the_first_check_in_the_fixed_order_gives_the_reason() {
    let options = json!({
        "algorithms": ["HS256"],
        "max_token_size": 300,
        "verify_claims": { "sub": "me", "role": "x" },
        "check_iat": true,
    });
    let broker = broker(options);
    let long = json!({ "x": "y".repeat(300) }).to_string();
    broker
        .present(&format!("{long}."))
        .denied(Reason::TokenTooLarge);
    // From here on each token has every defect that a later check would find.
    let all_bad = |header: &str| format!("{}.{}.AAAA", base64url(header), base64url("[]"));
    broker
        .present(&all_bad(r#"{"alg":"none","kid":1,"crit":1}"#))
        .denied(Reason::MalformedToken);
    broker
        .present(&all_bad(r#"{"alg":"none","crit":1}"#))
        .denied(Reason::UnsupportedAlgorithm);
    broker
        .present(&all_bad(r#"{"alg":"RS256","crit":1}"#))
        .denied(Reason::AlgorithmNotAllowed);
    broker
        .present(&all_bad(r#"{"alg":"HS256","crit":1}"#))
        .denied(Reason::UnsupportedCriticalHeader);
    broker
        .present(&all_bad(r#"{"alg":"HS256"}"#))
        .denied(Reason::BadSignature);
    broker
        .present(&with_payload("[]"))
        .denied(Reason::MalformedClaims);
    let claims =
        |exp: Value, nbf: Value, iat: Value| token(&json!({ "exp": exp, "nbf": nbf, "iat": iat }));
    let (past, future, bad) = (json!(NOW - 1), json!(NOW + 1), json!(true));
    broker
        .present(&claims(past.clone(), future.clone(), bad))
        .denied(Reason::MalformedClaims);
    broker
        .present(&claims(past, future.clone(), future.clone()))
        .denied(Reason::Expired);
    broker
        .present(&claims(future.clone(), future.clone(), future.clone()))
        .denied(Reason::NotYetValid);
    broker
        .present(&claims(future.clone(), json!(0), future.clone()))
        .denied(Reason::IssuedInFuture);
    broker
        .present(&claims(future, json!(0), json!(0)))
        .denied(Reason::MissingClaim);
    broker
        .present(&token(&json!({ "role": "y" })))
        .denied(Reason::MissingClaim);
    broker
        .present(&token(&json!({ "sub": "you" })))
        .denied(Reason::ClaimMismatch);
    broker
        .present(&token(&json!({ "sub": "me", "role": "x" })))
        .allowed();
}

#[test]
fn a_key_is_looked_for_after_critical_extensions_and_before_the_signature() {
    let broker = broker(json!({}));
    let token = |header: &str| format!("{}.e30.AAAA", base64url(header));
    broker
        .present(&token(r#"{"alg":"RS256","crit":[]}"#))
        .denied(Reason::UnsupportedCriticalHeader);
    broker
        .present(&token(r#"{"alg":"RS256"}"#))
        .denied(Reason::NoKey);
}

// Claims and dates

#[test]
fn claims_are_a_strict_json_object() {
    let broker = broker(json!({}));
    let nested = |levels: usize| {
        let inner = levels - 1;
        format!(r#"{{"a":{}{}}}"#, "[".repeat(inner), "]".repeat(inner))
    };
    for bad in [
        String::new(),
        "[1]".to_owned(),
        "\"x\"".to_owned(),
        "null".to_owned(),
        "{}x".to_owned(),
        "{".to_owned(),
        r#"{"a":1,"a":1}"#.to_owned(),
        r#"{"exp":1,"exp":9999999999}"#.to_owned(),
        r#"{"a":[{"b":1,"b":1}]}"#.to_owned(),
        r#"{"a":1e400}"#.to_owned(),
        r#"{"a":01}"#.to_owned(),
        r#"{"a":NaN}"#.to_owned(),
        r"{'a':1}".to_owned(),
        "{\"a\":\"\n\"}".to_owned(),
        nested(33),
        nested(4_000),
    ] {
        let answer = broker.present(&with_payload(&bad));
        answer.is_so(&bad, Decision::Deny, Reason::MalformedClaims);
    }
    broker
        .present(&with_payload(b"{\"a\":\"\xff\"}"))
        .denied(Reason::MalformedClaims);
    broker.present(&with_payload(nested(32))).allowed();
}

#[test]
fn the_claims_come_back_byte_for_byte_as_signed() {
    let payload = "{ \"b\" : 1.0,\r\n\"a\":\"\\u00e9\u{e9}\", \"n\":12345678901234567890123 }";
    let answer = broker(json!({})).present(&with_payload(payload));
    answer.allowed();
    assert_eq!(answer.claims.as_deref(), Some(payload.as_bytes()));
}

#[test]
fn a_token_is_good_before_exp_and_expired_from_that_second_on() {
    let broker = broker(json!({}));
    let token = token(&json!({ "exp": NOW }));
    broker.set_time(NOW - 1);
    broker.present(&token).allowed();
    broker.set_time(NOW);
    broker.present(&token).denied(Reason::Expired);
}

#[test]
fn a_token_is_good_from_nbf_on() {
    let broker = broker(json!({}));
    broker.present(&token(&json!({ "nbf": NOW }))).allowed();
    broker
        .present(&token(&json!({ "nbf": NOW + 1 })))
        .denied(Reason::NotYetValid);
    broker
        .present(&token(&json!({ "nbf": NOW as f64 + 0.5 })))
        .denied(Reason::NotYetValid);
}

#[test]
fn iat_is_compared_only_when_asked() {
    let future = token(&json!({ "iat": NOW + 1 }));
    broker(json!({})).present(&future).allowed();
    let strict = broker(json!({ "check_iat": true }));
    strict.present(&future).denied(Reason::IssuedInFuture);
    strict.present(&token(&json!({ "iat": NOW }))).allowed();
    strict.present(&token(&json!({}))).allowed();
}

#[test]
fn leeway_moves_all_three_dates_by_its_seconds() {
    let broker = broker(json!({ "leeway": 10, "check_iat": true }));
    broker.present(&token(&json!({ "exp": NOW - 9 }))).allowed();
    broker
        .present(&token(&json!({ "exp": NOW - 10 })))
        .denied(Reason::Expired);
    broker
        .present(&token(&json!({ "nbf": NOW + 10 })))
        .allowed();
    broker
        .present(&token(&json!({ "nbf": NOW + 11 })))
        .denied(Reason::NotYetValid);
    broker
        .present(&token(&json!({ "iat": NOW + 10 })))
        .allowed();
    broker
        .present(&token(&json!({ "iat": NOW + 11 })))
        .denied(Reason::IssuedInFuture);
    assert_eq!(
        broker
            .present(&token(&json!({ "exp": NOW + 5 })))
            .result
            .expires_at,
        NOW + 15
    );
}

#[test]
fn a_date_of_another_type_is_malformed_even_where_it_is_not_compared() {
    let broker = broker(json!({}));
    for name in ["exp", "nbf", "iat"] {
        for bad in [
            json!(null),
            json!(true),
            json!({}),
            json!([]),
            json!([NOW]),
            json!(""),
            json!("soon"),
        ] {
            let answer = broker.present(&token(&json!({ name: bad })));
            answer.is_so(name, Decision::Deny, Reason::MalformedClaims);
        }
    }
}

#[test]
fn exp_may_be_required() {
    let broker = broker(json!({ "require_exp": true }));
    broker
        .present(&token(&json!({})))
        .denied(Reason::MissingClaim);
    broker.present(&token(&json!({ "exp": NOW + 1 }))).allowed();
    assert!(
        broker
            .log()
            .iter()
            .any(|(_, line)| line.contains("missing_claim (claim `exp`)"))
    );
}

#[test]
fn expires_at_is_the_first_second_at_which_the_token_has_expired() {
    let expires_at = |options: Value, exp: &str| {
        let answer = broker(options).present(&with_payload(format!(r#"{{"exp":{exp}}}"#)));
        answer.allowed();
        answer.result.expires_at
    };
    assert_eq!(expires_at(json!({}), "1700000060"), 1_700_000_060);
    assert_eq!(expires_at(json!({}), "1700000060.25"), 1_700_000_061);
    assert_eq!(expires_at(json!({}), "\"1700000060.25\""), 1_700_000_061);
    assert_eq!(
        expires_at(json!({ "leeway": 30 }), "1700000060"),
        1_700_000_090
    );
    assert_eq!(expires_at(json!({}), "15822553606420000"), 253_402_300_799);
    assert_eq!(
        expires_at(json!({ "leeway": 30 }), "1e300"),
        253_402_300_799
    );
    assert_eq!(
        expires_at(json!({ "disconnect_after_expire": false }), "1700000060"),
        0
    );
    assert_eq!(
        broker(json!({}))
            .present(&token(&json!({})))
            .result
            .expires_at,
        0
    );
}

#[test]
fn without_the_time_nothing_is_decided() {
    let broker = broker(json!({}));
    broker.set_time(-1);
    let answer = broker.present(&token(&json!({})));
    assert_eq!(answer.status, jwt_auth::ffi::jwt_auth_status::Internal);
    assert_eq!(answer.result.decision, Decision::Deny as i32);
    assert_eq!(answer.result.reason, Reason::Undecided as i32);
    assert_eq!(
        (answer.result.mqtt5_code, answer.result.mqtt3_code),
        (0x87, 5)
    );
    let lines = broker.log();
    assert!(lines.contains(&(
        1,
        "refused, undecided: the clock tells a time before 1970".to_owned()
    )));
}

#[test]
fn superuser_is_true_in_four_spellings() {
    let superuser = |claim: Value| {
        let answer = broker(json!({})).present(&token(&json!({ "is_superuser": claim })));
        answer.allowed();
        answer.result.superuser
    };
    for yes in [json!(true), json!("true"), json!("1"), json!(1), json!(2)] {
        assert_eq!(superuser(yes.clone()), 1, "{yes}");
    }
    for no in [
        json!(false),
        json!("false"),
        json!("TRUE"),
        json!("yes"),
        json!("2"),
        json!(""),
        json!(0),
        json!(-1),
        json!(1.0),
        json!(null),
        json!([]),
        json!([true]),
        json!({}),
        json!({ "a": true }),
    ] {
        assert_eq!(superuser(no.clone()), 0, "{no}");
    }
}

// verify_claims

#[track_caller]
fn verified(expected: &Value, claims: &Value) -> Reason {
    let broker = broker(json!({ "verify_claims": expected }));
    let answer = broker.present(&token(claims));
    let reasons = [
        Reason::Accepted,
        Reason::MissingClaim,
        Reason::ClaimMismatch,
    ];
    let reason = reasons
        .into_iter()
        .find(|reason| *reason as i32 == answer.result.reason);
    let reason = reason.unwrap_or(Reason::Undecided);
    let decision = if reason == Reason::Accepted {
        Decision::Allow
    } else {
        Decision::Deny
    };
    answer.is(decision, reason);
    reason
}

#[test]
fn a_claim_is_compared_exactly_and_its_type_counts() {
    use Reason::{Accepted, ClaimMismatch, MissingClaim};
    for (expected, found, reason) in [
        (json!("a"), json!("a"), Accepted),
        (json!("a"), json!("A"), ClaimMismatch),
        (json!("a"), json!("a "), ClaimMismatch),
        (json!("1"), json!(1), ClaimMismatch),
        (json!(1), json!("1"), ClaimMismatch),
        (json!(1), json!(1), Accepted),
        (json!(1), json!(1.0), ClaimMismatch),
        (json!(1), json!(true), ClaimMismatch),
        (json!(1.5), json!(1.5), Accepted),
        (
            json!(18_446_744_073_709_551_615_u64),
            json!(18_446_744_073_709_551_615_u64),
            Accepted,
        ),
        (
            json!(18_446_744_073_709_551_615_u64),
            json!(18_446_744_073_709_551_614_u64),
            ClaimMismatch,
        ),
        (json!(true), json!(true), Accepted),
        (json!(true), json!("true"), ClaimMismatch),
        (json!(false), json!(null), ClaimMismatch),
        (json!("a"), json!(["b", "a"]), Accepted),
        (json!("a"), json!(["b"]), ClaimMismatch),
        (json!("a"), json!([]), ClaimMismatch),
        (json!("a"), json!(["a", 1]), ClaimMismatch),
        (json!("a"), json!([["a"]]), ClaimMismatch),
        (json!(1), json!([1]), ClaimMismatch),
        (json!("a"), json!({ "a": "a" }), ClaimMismatch),
        (json!("a"), json!(null), ClaimMismatch),
        (json!(""), json!(""), Accepted),
        (json!(""), json!(null), ClaimMismatch),
    ] {
        let verdict = verified(&json!({ "claim": expected }), &json!({ "claim": found }));
        assert_eq!(verdict, reason, "expected {expected}, found {found}");
    }
    assert_eq!(verified(&json!({ "claim": "" }), &json!({})), MissingClaim);
    assert_eq!(
        verified(&json!({ "claim": "a" }), &json!({ "Claim": "a" })),
        MissingClaim
    );
}

#[test]
fn every_verification_field_must_hold() {
    let expected = json!([{ "name": "a", "value": "1" }, { "name": "b", "value": "2" }]);
    assert_eq!(
        verified(&expected, &json!({ "a": "1", "b": "2" })),
        Reason::Accepted
    );
    assert_eq!(
        verified(&expected, &json!({ "a": "1", "b": "1" })),
        Reason::ClaimMismatch
    );
    assert_eq!(
        verified(&expected, &json!({ "a": "1" })),
        Reason::MissingClaim
    );
    assert_eq!(
        verified(&expected, &json!({ "b": "2" })),
        Reason::MissingClaim
    );
}

#[test]
fn a_dotted_name_finds_a_nested_member_unless_a_claim_has_that_very_name() {
    let expected = json!({ "a.b": "x" });
    assert_eq!(
        verified(&expected, &json!({ "a": { "b": "x" } })),
        Reason::Accepted
    );
    assert_eq!(
        verified(&expected, &json!({ "a.b": "x" })),
        Reason::Accepted
    );
    assert_eq!(
        verified(&expected, &json!({ "a.b": "y", "a": { "b": "x" } })),
        Reason::ClaimMismatch
    );
    assert_eq!(
        verified(&expected, &json!({ "a": "x" })),
        Reason::MissingClaim
    );
    assert_eq!(
        verified(&expected, &json!({ "a": ["b"] })),
        Reason::MissingClaim
    );
    assert_eq!(
        verified(&expected, &json!({ "a": { "c": "x" } })),
        Reason::MissingClaim
    );
}

#[test]
fn placeholders_stand_for_what_the_client_sent() {
    let claims = json!({ "user": "u1", "device": "u1/c1" });
    let expected = json!({ "user": "%u", "device": "${username}/%c" });
    let broker = broker(json!({ "verify_claims": expected }));
    let token = token(&claims);
    let password = Some(token.as_bytes());
    broker.present(&token).allowed();
    let other = Connect {
        username: Some(b"u2"),
        password,
        ..Connect::default()
    };
    broker.connect(other).denied(Reason::ClaimMismatch);
    let none = Connect {
        username: None,
        password,
        ..Connect::default()
    };
    broker.connect(none).denied(Reason::ClaimMismatch);
}

#[test]
fn a_placeholder_for_a_field_that_was_not_sent_never_matches() {
    let broker = broker(json!({ "verify_claims": { "user": "%u" } }));
    let none = |token: &str| {
        let password = Some(token.as_bytes());
        broker
            .connect(Connect {
                client_id: None,
                username: None,
                password,
            })
            .result
            .reason
    };
    assert_eq!(none(&token(&json!({}))), Reason::MissingClaim as i32);
    for value in ["", "undefined", "%u", "null"] {
        assert_eq!(
            none(&token(&json!({ "user": value }))),
            Reason::ClaimMismatch as i32
        );
    }
    let empty = token(&json!({ "user": "" }));
    let password = Some(empty.as_bytes());
    broker
        .connect(Connect {
            username: Some(b""),
            password,
            ..Connect::default()
        })
        .allowed();
}

#[test]
fn fields_need_not_be_utf8() {
    let broker = broker(json!({ "verify_claims": { "user": "%u" } }));
    let token = token(&json!({ "user": "\u{fffd}" }));
    let password = Some(token.as_bytes());
    let client = Connect {
        username: Some(b"\xff"),
        password,
        ..Connect::default()
    };
    broker.connect(client).denied(Reason::ClaimMismatch);
}

// What is left to others, and what is said

#[test]
fn an_unknown_key_may_be_left_to_others_and_a_bad_signature_never() {
    let broker = broker(json!({ "on_unknown_key": "ignore", "on_malformed": "ignore" }));
    broker
        .present(&with_header(r#"{"alg":"ES256"}"#))
        .ignored(Reason::NoKey);
    broker
        .present(&with_header(r#"{"alg":"ES256","kid":"k"}"#))
        .ignored(Reason::UnknownKeyId);
    broker
        .present(&hs256("another secret", HS256_HEADER, "{}"))
        .denied(Reason::BadSignature);
    broker
        .present(&token(&json!({ "exp": 1 })))
        .denied(Reason::Expired);
}

#[test]
fn a_public_key_never_becomes_an_hmac_secret() {
    let pem = vector_text("keys/rsa2048.pub.pem");
    let broker = Broker::new(&json!({ "public_key": pem }));
    broker
        .present(&hs256(&pem, HS256_HEADER, "{}"))
        .denied(Reason::NoKey);
    broker
        .present(&signed(RS256, "rsa2048", None, &json!({ "exp": NOW + 1 })))
        .allowed();
}

#[test]
fn each_decision_is_one_log_line_that_names_the_token_and_never_shows_it() {
    let broker = broker(json!({ "verify_claims": { "sub": "me" } }));
    let (good, bad) = (
        token(&json!({ "sub": "me" })),
        token(&json!({ "sub": "hunter2" })),
    );
    broker.present(&good);
    broker.present(&bad);
    broker.connect(Connect::default());
    let fingerprint = |token: &str| {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
        digest.as_ref()[..4]
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    };
    assert_eq!(
        broker.log()[1..],
        [
            (
                4,
                format!("accepted: client `c1`, token {}", fingerprint(&good))
            ),
            (
                3,
                format!(
                    "refused: claim_mismatch (claim `sub`): client `c1`, token {}",
                    fingerprint(&bad)
                )
            ),
            (
                4,
                "ignored: missing_token: client `c1`, no password".to_owned()
            ),
        ]
    );
}

#[test]
fn what_may_be_a_password_is_not_even_named() {
    let broker = broker(json!({ "max_token_size": 50 }));
    broker.present("hunter2");
    broker.present(&"x".repeat(51));
    broker.connect(Connect {
        client_id: Some(b"evil\n\xff"),
        password: Some(b"a.b.c"),
        ..Connect::default()
    });
    broker.connect(Connect {
        client_id: None,
        password: Some(b"hunter2"),
        ..Connect::default()
    });
    let malformed = "refused: malformed_token (not three segments with dots between)";
    assert_eq!(
        broker.log()[1..],
        [
            (3, format!("{malformed}: client `c1`, password not shown")),
            (
                3,
                "refused: token_too_large: client `c1`, password of 51 bytes".to_owned()
            ),
            (
                3,
                "refused: malformed_token (the header is not base64url): client \
                 `evil\\n\u{fffd}`, password not shown"
                    .to_owned()
            ),
            (
                3,
                format!("{malformed}: client without an id, password not shown")
            ),
        ]
    );
}

#[test]
fn a_client_id_that_tells_the_password_is_not_shown() {
    let broker = broker(json!({}));
    let shows = |client_id: &[u8], password: &[u8]| {
        let (client_id, password) = (Some(client_id), Some(password));
        broker.connect(Connect {
            client_id,
            username: client_id,
            password,
        });
        !broker.log().pop().unwrap().1.contains("client not shown")
    };
    assert!(shows(b"device", b"hunter2"));
    assert!(shows(b"device", b""));
    assert!(!shows(b"hunter2", b"hunter2"));
    assert!(!shows(b"device-hunter2-x", b"hunter2"));
    let token = token(&json!({ "long": "x".repeat(300) }));
    assert!(!shows(token.as_bytes(), token.as_bytes()));
}

#[test]
fn the_log_tells_what_is_wrong_with_a_token() {
    let broker = broker(json!({}));
    let expect = |token: &str, detail: &str| {
        broker.present(token);
        let (_, line) = broker.log().pop().unwrap();
        assert!(
            line.starts_with(&format!("refused: {detail}: client ")),
            "{line}"
        );
    };
    expect(&with_header(r#"{"alg":"RS256"}"#), "no_key (alg RS256)");
    expect(&with_header("{"), "malformed_token (not valid JSON)");
    expect(
        &with_header(r#"{"a":1,"a":2}"#),
        "malformed_token (a JSON member given twice)",
    );
    expect(
        &with_payload("[]"),
        "malformed_claims (the claims are not a JSON object)",
    );
    expect(&with_payload("{"), "malformed_claims (not valid JSON)");
    expect(
        &with_payload(r#"{"a":1,"a":2}"#),
        "malformed_claims (a JSON member given twice)",
    );
    let deep = "[".repeat(33) + &"]".repeat(33);
    expect(
        &with_payload(&deep),
        "malformed_claims (JSON nested more than 32 levels deep)",
    );
    expect(
        &with_payload(r#"{"exp":"soon"}"#),
        "malformed_claims (exp is not a numeric date)",
    );
}

#[test]
fn two_verifiers_in_one_process_do_not_meet() {
    let (one, two) = (
        broker(json!({})),
        Broker::new(&json!({ "secret": "x".repeat(32) })),
    );
    let token = token(&json!({ "exp": NOW + 1 }));
    two.set_time(NOW + 100);
    one.present(&token).allowed();
    two.present(&token).denied(Reason::BadSignature);
    assert_eq!((one.log().len(), two.log().len()), (2, 2));
}

#[test]
fn threads_share_a_verifier() {
    let broker = broker(json!({}));
    let (good, bad) = (
        token(&json!({ "exp": NOW + 1 })),
        token(&json!({ "exp": NOW })),
    );
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..500 {
                    broker.present(&good).allowed();
                    broker.present(&bad).denied(Reason::Expired);
                }
            });
        }
    });
}
