//! The option `issuers`.

use crate::harness::{Broker, SECRET};
use serde_json::{Value, json};

use super::{OFFICE, OFFICE_SECRET, PLANT, PLANT_SECRET, set, two};

#[track_caller]
fn refused(config: &Value, expected: &str) {
    let error = Broker::refused(config);
    assert!(error.contains(expected), "{error}");
}

#[test]
fn a_defect_names_the_issuer_and_the_option() {
    let with =
        |issuer: Value| json!({ "issuers": [{ "issuer": OFFICE, "secret": SECRET }, issuer] });
    for (issuer, expected) in [
        (
            json!({ "secret": SECRET }),
            "`issuers[1]`: `issuer` is missing",
        ),
        (
            json!({ "issuer": "", "secret": SECRET }),
            "`issuers[1].issuer`: the name is empty",
        ),
        (
            json!({ "issuer": OFFICE, "secret": SECRET }),
            "`issuers[1].issuer`: listed before",
        ),
        (
            json!({ "issuer": 7, "secret": SECRET }),
            "`issuers[1].issuer`: expected a string",
        ),
        (
            json!({ "issuer": PLANT, "secret": "" }),
            "`issuers[1].secret`: the secret is empty",
        ),
        (
            json!({ "issuer": PLANT, "secert": SECRET }),
            "`issuers[1].secert`: unknown",
        ),
        (
            json!({ "issuer": PLANT, "jwks_uri": "https://id.example" }),
            "`issuers[1].jwks_uri`: unknown; write `endpoint`",
        ),
        (
            json!({ "issuer": PLANT, "leeway": 3 }),
            "`issuers[1].leeway`: unknown",
        ),
        (
            json!({ "issuer": PLANT, "secret": SECRET, "refresh_interval": 3 }),
            "`issuers[1].refresh_interval`: there is no `issuers[1].endpoint`",
        ),
        (
            json!({ "issuer": PLANT, "secret": SECRET, "acl_claim_name": "" }),
            "`issuers[1].acl_claim_name`: the name is empty",
        ),
        (
            json!({ "issuer": PLANT, "secret": SECRET, "username_claim": "" }),
            "`issuers[1].username_claim`: the name is empty",
        ),
        (
            json!({ "issuer": PLANT, "secret": SECRET, "superuser_claim_name": "" }),
            "`issuers[1].superuser_claim_name`: the name is empty",
        ),
        (
            json!({ "issuer": PLANT, "public_key": "a", "pubkey": "b" }),
            "`issuers[1].pubkey`: another name of `public_key`",
        ),
        (
            json!({ "issuer": PLANT, "secret": SECRET, "algorithms": [] }),
            "`issuers[1].algorithms`: the list is empty",
        ),
        (
            json!({ "issuer": PLANT, "secret": SECRET, "algorithms": ["HS256", "ES256"] }),
            "`issuers[1].algorithms`: no configured key can verify ES256",
        ),
        (
            json!({ "issuer": PLANT, "secret": SECRET, "verify_claims": { "a": "${x}" } }),
            "`issuers[1].verify_claims",
        ),
        (json!({ "issuer": "plant" }), "`issuers[1].issuer`: "),
        (json!([]), "`issuers[1]`: expected an object"),
    ] {
        refused(&with(issuer), expected);
    }
    refused(&json!({ "issuers": {} }), "`issuers`: expected a list");
}

#[test]
fn algorithms_are_served_by_somebody() {
    let mut config = two();
    config["algorithms"] = json!(["HS256", "EdDSA"]);
    refused(&config, "`algorithms`: no configured key can verify EdDSA");
    config["issuers"][1] = json!({ "issuer": OFFICE, "jwks": set("ed25519", "1") });
    Broker::new(&config);
    config["issuers"][1]["algorithms"] = json!(["EdDSA"]);
    Broker::new(&config);
    config["algorithms"] = json!(["HS256"]);
    refused(
        &config,
        "`issuers[1].algorithms`: the top level's `algorithms` allows none of them",
    );
    config = two();
    config["token_type"] = "JWT".into();
    config["issuers"][0]["token_type"] = "at+jwt".into();
    refused(
        &config,
        "`issuers[0].token_type`: the top level's `token_type` allows none of them",
    );
}

#[test]
fn keys_are_needed_somewhere() {
    refused(&json!({ "issuers": [] }), "no key is configured");
    Broker::new(&json!({ "issuers": [], "secret": SECRET }));
    Broker::new(&two());
}

#[test]
fn no_secret_is_told_and_warnings_name_the_issuer() {
    let mut config = two();
    config["issuers"][1]["secret"] = "short".into();
    let broker = Broker::new(&config);
    let warnings = broker.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("`issuers[1].secret`"), "{warnings:?}");
    let log = format!("{:?}", broker.log());
    assert!(
        log.contains(PLANT) && !log.contains(PLANT_SECRET) && !log.contains(OFFICE_SECRET),
        "{log}"
    );
}
