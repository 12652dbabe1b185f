//! What is a token, and what its header may say.

use crate::harness::{HS256_HEADER, SECRET, base64url, broker, hs256, sign, token, with_header};
use jwt_auth::{Decision, Reason};
use serde_json::json;

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
fn the_form_of_the_signature_comes_before_what_else_is_wrong() {
    let any = json!({});
    for (options, header, otherwise) in [
        (&any, r#"{"alg":"none"}"#, Reason::UnsupportedAlgorithm),
        (
            &json!({ "algorithms": ["HS512"] }),
            r#"{"alg":"HS256"}"#,
            Reason::AlgorithmNotAllowed,
        ),
        (
            &any,
            r#"{"alg":"HS256","crit":[]}"#,
            Reason::UnsupportedCriticalHeader,
        ),
        (&any, r#"{"alg":"RS256"}"#, Reason::NoKey),
    ] {
        let broker = broker(options.clone());
        let token = with_header(header);
        // Twice: the second time the header is known.
        for _ in 0..2 {
            let answer = broker.present(&token);
            answer.is_so(header, Decision::Deny, otherwise);
            for end in ["=", "!", "AA"] {
                let answer = broker.present(&format!("{token}{end}"));
                answer.is_so(header, Decision::Deny, Reason::MalformedToken);
            }
        }
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
fn alg_has_seventeen_names_exactly_so_spelled() {
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
        "ed25519",
        "Ed448",
        "ML-DSA",
        "ML-DSA-45",
        "ml-dsa-44",
        "MLDSA44",
        "HashML-DSA-44",
        "RS1",
        "",
        "HS256\\u0000",
    ] {
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        let answer = broker.present(&with_header(&header));
        answer.is_so(alg, Decision::Deny, Reason::UnsupportedAlgorithm);
    }
    for alg in [
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "EdDSA",
        "Ed25519",
        "ML-DSA-44",
        "ML-DSA-65",
        "ML-DSA-87",
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
