//! The configuration: its errors name the option, say what was expected, and quote no value.

use crate::harness::Broker;
use serde_json::{Value, json};

/// A configuration with one more option.
fn with(option: &str, value: impl Into<Value>) -> Value {
    json!({ "secret": "an HMAC secret of 32 characters!", option: value.into() })
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    match Broker::from_text(text.as_bytes()) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => assert_eq!(error, expected, "{text}"),
    }
}

#[test]
fn an_unknown_option_is_named_with_a_known_one_that_is_near() {
    let nearest = |wrong: &str, right: &str| {
        let error = Broker::refused(&with(wrong, true));
        assert_eq!(
            error,
            format!("`{wrong}`: unknown; the nearest known name is `{right}`")
        );
    };
    nearest("leway", "leeway");
    nearest("Secret", "secret");
    nearest("secret-base64-encoded", "secret_base64_encoded");
    nearest("secret_base", "secret_base64_encoded");
    nearest("publickey", "public_key");
    nearest("on_missing_jwt", "on_missing");
    nearest("verify_claim", "verify_claims");
    nearest("ednpiont", "endpoint");
    nearest("sls", "ssl");
}

#[test]
fn where_no_known_option_is_near_none_is_named() {
    // One letter in three may differ, so of two letters none.
    for wrong in [
        "", "?", "x", "sl", "lees", "xyz", "sokrat", "on_mass", "maximum", "jwt_auth",
    ] {
        let error = Broker::refused(&with(wrong, true));
        assert_eq!(error, format!("`{wrong}`: unknown"));
    }
}

#[test]
fn what_people_try_is_answered_with_what_to_write() {
    let instead = |wrong: &str, right: &str| {
        let error = Broker::refused(&with(wrong, true));
        assert_eq!(error, format!("`{wrong}`: unknown; {right}"));
    };
    let leave = "leave it out: ";
    instead(
        "iss",
        r#"write "verify_claims": {"iss": ...}, or `issuers` for keys of each"#,
    );
    instead(
        "issuer",
        r#"write "verify_claims": {"iss": ...}, or `issuers` for keys of each"#,
    );
    instead("aud", r#"write "verify_claims": {"aud": ...}"#);
    instead("audience", r#"write "verify_claims": {"aud": ...}"#);
    instead(
        "resource_server_id",
        r#"write "verify_claims": {"aud": ...}"#,
    );
    instead("jwks_uri", "write `endpoint`");
    instead("jwks_url", "write `endpoint`");
    instead("secret_base64", "write `secret_base64_encoded`");
    instead("jwt_secret", "write `secret` or `secret_file`");
    instead(
        "mechanism",
        &format!("{leave}the keys that are given decide"),
    );
    instead(
        "use_jwks",
        &format!("{leave}the keys that are given decide"),
    );
    instead(
        "enable",
        &format!("{leave}the configuration is in force while the broker has it"),
    );
    instead(
        "algorithm",
        &format!(r#"{leave}the keys that are given decide; "algorithms": ["..."] allows fewer"#),
    );
    instead("pool_size", &format!("{leave}one thread fetches the keys"));
    instead(
        "cacertfile",
        r#"write it in the object `ssl`: "ssl": {...}"#,
    );
    instead(
        "ssl.cacertfile",
        r#"write it in the object `ssl`: "ssl": {...}"#,
    );
    let in_ssl = |member: &str, right: &str| {
        let ssl = json!({ member: true });
        let config = json!({ "endpoint": "https://id.example/keys", "ssl": ssl });
        assert_eq!(
            Broker::refused(&config),
            format!("`ssl.{member}`: unknown{right}")
        );
    };
    in_ssl(
        "enable",
        &format!("; {leave}the URL of `endpoint` decides, by https or http"),
    );
    in_ssl("depth", &format!("; {leave}it cannot be set"));
    in_ssl("cacerts", "; write `ssl.cacertfile`");
    in_ssl("verfy", "; the nearest known name is `verify`");
    in_ssl("enabl", "");
    // It is about an option of this name, not about a claim or a header.
    Broker::new(&with(
        "verify_claims",
        json!({ "iss": "me", "aud": "mqtt" }),
    ));
}

#[test]
fn a_schema_may_be_named_and_is_not_looked_at() {
    Broker::new(&with("$schema", "https://example.com/jwt_auth.schema.json"));
    let error = Broker::refused(&with("$schema", 1));
    assert_eq!(error, "`$schema`: expected a string");
}

#[test]
fn a_byte_order_mark_before_the_text_is_skipped() {
    let config = with("leeway", 1).to_string();
    Broker::from_text(format!("\u{feff}{config}").as_bytes()).unwrap();
    refused(
        &format!("\u{feff}\u{feff}{config}"),
        "the configuration: not valid JSON at line 1 column 1: a blank that is not a space",
    );
    refused(
        "\u{feff}{,}",
        "the configuration: not valid JSON at line 1 column 2: no value before it",
    );
}

#[test]
fn an_unknown_name_is_escaped_and_cut() {
    let error = Broker::refused(&with(&format!("\n\u{1b}{}", "x".repeat(100_000)), 1));
    assert!(error.starts_with("`\\n\\u{1b}xxxx"), "{error}");
    assert!(error.len() < 200, "{error}");
}

#[test]
fn a_wrong_type_is_told_by_what_was_expected_and_never_by_what_was_found() {
    for (option, expected) in [
        ("from", "`password` or `username`"),
        ("secret", "a string"),
        ("secret_file", "a string"),
        ("secret_base64_encoded", "true or false"),
        ("public_key", "a string"),
        ("pubkey", "a string"),
        ("jwks_file", "a string"),
        ("signature_format", "`der` or `raw` or `auto`"),
        ("algorithms", "a list"),
        (
            "verify_claims",
            "an object of claim names and values, or a list of {\"name\", \"value\"}",
        ),
        ("leeway", "a whole number from 0 to 3600"),
        ("require_exp", "true or false"),
        ("check_iat", "true or false"),
        ("disconnect_after_expire", "true or false"),
        ("on_missing", "`deny` or `ignore`"),
        ("on_malformed", "`deny` or `ignore`"),
        ("on_unknown_key", "`deny` or `ignore`"),
        ("max_token_size", "a whole number from 1 to 1048576"),
        ("max_key_trials", "a whole number from 1 to 64"),
        ("max_lifetime", "a whole number from 1 to 4294967295"),
    ] {
        for wrong in [Value::Null, json!(-271_828), json!(3.25)] {
            let error = Broker::refused(&with(option, wrong));
            assert_eq!(error, format!("`{option}`: expected {expected}"));
        }
    }
    for (option, wrong) in [
        ("leeway", "hunter2"),
        ("check_iat", "hunter2"),
        ("from", "hunter2"),
    ] {
        let error = Broker::refused(&with(option, wrong));
        assert!(
            error.starts_with(&format!("`{option}`: expected ")),
            "{error}"
        );
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_wrong_choice_is_told_by_the_choices() {
    for (option, expected) in [
        ("from", "`password` or `username`"),
        ("signature_format", "`der` or `raw` or `auto`"),
        ("on_missing", "`deny` or `ignore`"),
        ("on_malformed", "`deny` or `ignore`"),
        ("on_unknown_key", "`deny` or `ignore`"),
    ] {
        let error = Broker::refused(&with(option, "hunter2"));
        assert_eq!(error, format!("`{option}`: expected {expected}"));
    }
}

#[test]
fn numbers_have_their_ranges() {
    for (option, accepted, refused) in [
        ("leeway", [0, 3_600], [-1, 3_601]),
        ("max_token_size", [1, 1_048_576], [0, 1_048_577]),
        ("max_key_trials", [1, 64], [0, 65]),
        (
            "max_lifetime",
            [1, 4_294_967_295_i64],
            [0, 4_294_967_296_i64],
        ),
    ] {
        for number in accepted {
            Broker::new(&with(option, number));
        }
        for number in refused {
            let error = Broker::refused(&with(option, number));
            assert!(error.starts_with(&format!("`{option}`: expected a whole number from ")));
        }
        assert!(Broker::refused(&with(option, 1.0)).contains("a whole number"));
        assert!(Broker::refused(&with(option, "1")).contains("a whole number"));
        assert!(Broker::refused(&with(option, 1_u64 << 40)).contains("a whole number"));
    }
}

#[test]
fn an_option_given_twice_is_refused() {
    refused(
        r#"{"secret":"a","leeway":1,"secret":"b"}"#,
        "the configuration: `secret` is given twice at line 1 column 38",
    );
    let error = Broker::refused(&json!({ "public_key": "a", "pubkey": "b" }));
    assert_eq!(
        error,
        "`pubkey`: another name of `public_key`, which is given as well"
    );
}

#[test]
fn what_is_no_json_object_is_refused() {
    const UNQUOTED: &str = "a value without quotation marks that is no number, true, false or null";
    refused(
        "{hunter2",
        "the configuration: not valid JSON at line 1 column 2: a name without quotation marks",
    );
    refused(
        r#"{"verify_claims":{"a":"x"y"}}"#,
        "`verify_claims`: not valid JSON at line 1 column 26: no comma between two values, or a \
         quotation mark in a string without a \\",
    );
    refused(
        "",
        "the configuration: not valid JSON at line 1 column 0: there is nothing",
    );
    refused(
        "hunter2",
        &format!("the configuration: not valid JSON at line 1 column 1: {UNQUOTED}"),
    );
    refused(
        "{\n\"secret\": hunter2}",
        &format!("`secret`: not valid JSON at line 2 column 11: {UNQUOTED}"),
    );
    refused(
        "{\"leeway\": 1,\n}",
        "the configuration: not valid JSON at line 2 column 1: a comma before }",
    );
    refused(
        "{}x",
        "the configuration: not valid JSON at line 1 column 3: text behind the end",
    );
    refused("[]", "the configuration: expected an object");
    refused("\"hunter2\"", "the configuration: expected an object");
    refused("null", "the configuration: expected an object");
    let Err(error) = Broker::from_text(b"{\"secret\":\"\xff\"}") else {
        panic!("accepted")
    };
    assert_eq!(error, "the configuration: not UTF-8");
}

#[test]
fn allowed_algorithms_must_be_known_and_served() {
    let error = Broker::refused(&with("algorithms", json!(["HS256", "hs256"])));
    assert!(
        error.starts_with("`algorithms[1]`: expected `HS256` or `HS384` or "),
        "{error}"
    );
    let error = Broker::refused(&with("algorithms", json!(["none"])));
    assert!(
        error.starts_with("`algorithms[0]`: expected `HS256`"),
        "{error}"
    );
    let error = Broker::refused(&with("algorithms", json!([])));
    assert_eq!(error, "`algorithms`: the list is empty");
    let error = Broker::refused(&with("algorithms", json!(["HS256", "ES512"])));
    assert_eq!(error, "`algorithms`: no configured key can verify ES512");
    Broker::new(&with("algorithms", json!(["HS256", "HS512"])));
}
