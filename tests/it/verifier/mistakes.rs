//! What people do to a token is recognised, and what they can act on is in the log line.

use crate::harness::{
    Broker, HS256_HEADER, NOW, SECRET, base64url, broker, hs256, token, valid_claims, with_header,
    with_payload,
};
use serde_json::json;

/// The last line of the log says this, and not more of what was presented.
#[track_caller]
fn says(broker: &Broker, field: &str, detail: &str) {
    broker.present(field);
    let (_, line) = broker.log().pop().unwrap();
    assert!(
        line.starts_with(&format!("refused: {detail}: client `c1`, ")),
        "{line}\n{detail}"
    );
    assert!(!line.contains("eyJ") && !line.contains("hunter2"), "{line}");
}

/// An encrypted token, by its form: RSA-OAEP and A256GCM.
fn encrypted() -> String {
    let header = base64url(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
    let parts = ["a key", "twelve bytes", "hunter2", "sixteen bytes..."].map(base64url);
    format!("{header}.{}", parts.join("."))
}

#[test]
fn what_is_around_a_token_is_named() {
    let broker = broker(json!({ "max_token_size": 4_096 }));
    let good = token(&valid_claims());
    broker.present(&good).allowed();
    let bearer = "malformed_token (`Bearer ` in front of the token)";
    let behind = "malformed_token (white space behind the token, such as a newline)";
    let quotes = "malformed_token (quotation marks around the token)";
    let encrypted_token = "malformed_token (an encrypted token, of five segments (JWE); have the issuer sign it \
                           and not encrypt it)";
    for (field, detail) in [
        (format!("Bearer {good}"), bearer),
        (format!("bearer  {good}\n"), bearer),
        (format!("Bearer {}", encrypted()), bearer),
        (
            format!(" {good}"),
            "malformed_token (white space in front of the token)",
        ),
        (format!("{good}\n"), behind),
        (format!("{good}\r\n"), behind),
        (format!("{} ", encrypted()), behind),
        (format!("\"{good}\""), quotes),
        (format!("\"{good}\"\n"), quotes),
        (encrypted(), encrypted_token),
        (
            encrypted().replace(&base64url("a key"), ""),
            encrypted_token,
        ),
    ] {
        says(&broker, &field, detail);
    }
}

#[test]
fn of_what_has_not_the_form_of_a_token_nothing_is_said() {
    let broker = broker(json!({}));
    let good = token(&valid_claims());
    let no_segments = "malformed_token (not three segments with dots between)";
    let no_header = "malformed_token (the header is not base64url)";
    let no_payload = "malformed_token (the payload is not base64url)";
    let no_signature = "malformed_token (the signature is not base64url)";
    let twice = base64url(r#"{"hunter2":1,"hunter2":2}"#);
    for (field, detail) in [
        ("Bearer hunter2".to_owned(), no_segments),
        ("hunter2\n".to_owned(), no_segments),
        (" hunter2.hunter2.hunter2".to_owned(), no_header),
        ("\"hunter2\"".to_owned(), no_segments),
        ("hunter2.a.b.c.d".to_owned(), no_header),
        (format!("{good}="), no_signature),
        (format!("{good}.e30"), no_payload),
        (format!("Bearer{good}"), no_header),
        (format!("Bearer {good}="), no_header),
        (format!("Basic {good}"), no_header),
        (
            format!("{twice}.e30.*"),
            "malformed_token (a JSON member given twice)",
        ),
    ] {
        says(&broker, &field, detail);
    }
}

#[test]
fn an_algorithm_that_is_not_known_is_named() {
    let broker = broker(json!({}));
    let of = |alg: &str| with_header(&json!({ "alg": alg }).to_string());
    let unsupported = |name: &str| format!("unsupported_algorithm (alg `{name}`)");
    says(&broker, &of("ES256K"), &unsupported("ES256K"));
    says(&broker, &of("none"), &unsupported("none"));
    says(&broker, &of("hs256"), &unsupported("hs256"));
    says(&broker, &of(""), &unsupported(""));
    says(&broker, &of("a\n`b"), &unsupported("a\\n\\`b"));
    let (longest, longer) = ("x".repeat(128), "x".repeat(129));
    says(&broker, &of(&longest), &unsupported(&longest));
    says(
        &broker,
        &of(&longer),
        &unsupported(&format!("{longest}...")),
    );
}

#[test]
fn a_member_that_is_given_twice_is_named_and_its_value_is_not() {
    let broker = broker(json!({}));
    says(
        &broker,
        &with_header(r#"{"alg":"HS256","kid":"hunter2","kid":"a"}"#),
        "malformed_token (`kid` is given twice in the header)",
    );
    says(
        &broker,
        &with_payload(r#"{"sub":"hunter2","sub":"a"}"#),
        "malformed_claims (`sub` is given twice)",
    );
    says(
        &broker,
        &with_payload(r#"{"acl":[{"a at line 1":1,"\u0061 at line 1":"hunter2"}]}"#),
        "malformed_claims (`a at line 1` is given twice)",
    );
    let (longest, longer) = ("x".repeat(128), "x".repeat(129));
    says(
        &broker,
        &with_payload(format!(r#"{{"{longer}":1,"{longer}":2}}"#)),
        &format!("malformed_claims (`{longest}...` is given twice)"),
    );
}

#[test]
fn names_of_claims_are_cut_at_128_characters() {
    let (longest, longer) = ("x".repeat(128), "x".repeat(129));
    for (name, shown) in [
        (&longest, longest.clone()),
        (&longer, format!("{longest}...")),
    ] {
        let broker = broker(json!({ "verify_claims": { name.as_str(): "a" } }));
        says(
            &broker,
            &token(&json!({})),
            &format!("missing_claim (claim `{shown}`)"),
        );
    }
}

#[test]
fn a_token_of_microsoft_graph_is_recognised_by_its_nonce() {
    let broker = broker(json!({}));
    let header = r#"{"alg":"HS256","nonce":"hunter2"}"#;
    let graph = "bad_signature (the header has a `nonce`, as tokens of Microsoft Graph have, which only Graph can \
                 verify; ask for a token for your own API)";
    let other = "another secret of 32 characters.";
    says(&broker, &hs256(other, header, "{}"), graph);
    says(
        &broker,
        &hs256(other, HS256_HEADER, r#"{"nonce":"hunter2"}"#),
        "bad_signature",
    );
    broker.present(&hs256(SECRET, header, "{}")).allowed();
}

#[test]
fn a_date_is_told_with_its_distance_from_now_and_the_leeway() {
    let broker = broker(json!({ "leeway": 2, "check_iat": true }));
    for (claim, date, detail) in [
        (
            "exp",
            json!(NOW - 5),
            "expired (exp 2023-11-14T22:13:15Z was 5 seconds ago, leeway 2)",
        ),
        // The last second of its life is the one before the leeway ends.
        (
            "exp",
            json!(NOW - 2),
            "expired (exp 2023-11-14T22:13:18Z was 2 seconds ago, leeway 2)",
        ),
        (
            "exp",
            json!("1"),
            "expired (exp 1970-01-01T00:00:01Z was 1699999999 seconds ago, leeway 2)",
        ),
        (
            "exp",
            json!(-1e300),
            "expired (exp the Unix second -9223372036854775808 was 9223372038554775808 seconds ago, leeway 2)",
        ),
        (
            "nbf",
            json!(NOW + 3),
            "not_yet_valid (nbf 2023-11-14T22:13:23Z is in 3 seconds, leeway 2)",
        ),
        (
            "nbf",
            json!(1e300),
            "not_yet_valid (nbf the Unix second 9223372036854775807 is in 9223372035154775807 seconds, leeway 2)",
        ),
        // The first whole second that is not before it.
        (
            "iat",
            json!(NOW as f64 + 2.5),
            "issued_in_future (iat 2023-11-14T22:13:23Z is in 3 seconds, leeway 2)",
        ),
        (
            "iat",
            json!(NOW * 1_000),
            "issued_in_future (iat the Unix second 1700000000000 is in 1698300000000 seconds, leeway 2)",
        ),
    ] {
        says(&broker, &token(&json!({ claim: date })), detail);
    }
    for good in [
        json!({ "exp": NOW - 1 }),
        json!({ "nbf": NOW + 2 }),
        json!({ "iat": NOW + 2 }),
    ] {
        broker.present(&token(&good)).allowed();
    }
}
