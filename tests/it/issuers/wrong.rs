//! `WRONG_ISSUER`: where it helps.

use crate::harness::{Broker, SECRET};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::{
    OFFICE, OFFICE_SECRET, PLANT, PLANT_SECRET, claims, secret_set, set, token, token_by,
    token_with_kid,
};

/// The plant and the office, each with a secret of its own name.
fn named() -> Value {
    json!({
        "secret": SECRET,
        "issuers": [
            { "issuer": PLANT, "jwks": secret_set(PLANT_SECRET, "p") },
            { "issuer": OFFICE, "jwks": secret_set(OFFICE_SECRET, "o") },
        ],
    })
}

#[track_caller]
fn told(broker: &Broker, token: &str, detail: &str) {
    broker.present(token).denied(Reason::WrongIssuer);
    let (_, line) = broker.log().pop().unwrap();
    assert!(line.contains(&format!("wrong_issuer ({detail})")), "{line}");
}

#[test]
fn a_token_that_another_issuer_signed_says_so() {
    let broker = Broker::new(&named());
    told(
        &broker,
        &token_with_kid(PLANT, OFFICE_SECRET, Some("o")),
        "signed by a key of the issuer `https://id.example/realms/office`",
    );
    // Also from nobody who is listed.
    told(
        &broker,
        &token_with_kid("https://other.example", OFFICE_SECRET, Some("o")),
        "signed by a key of the issuer `https://id.example/realms/office`",
    );
    let mut config = named();
    config["jwks"] = set("ed25519", "top");
    told(
        &Broker::new(&config),
        &token_by(PLANT, "ed25519", "top"),
        "signed by a key of the configuration's top level",
    );
}

#[test]
fn it_is_not_said_without_a_good_signature_of_a_key_of_that_name() {
    let broker = Broker::new(&named());
    // Nobody signed it.
    broker
        .present(&token_with_kid(PLANT, SECRET, Some("o")))
        .denied(Reason::UnknownKeyId);
    // Its key has another name.
    broker
        .present(&token_with_kid(PLANT, OFFICE_SECRET, Some("x")))
        .denied(Reason::UnknownKeyId);
    // It names no key.
    broker
        .present(&token(PLANT, OFFICE_SECRET))
        .denied(Reason::BadSignature);
    // The issuer has a key of this name.
    broker
        .present(&token_with_kid(PLANT, OFFICE_SECRET, Some("p")))
        .denied(Reason::BadSignature);
}

#[test]
fn it_comes_before_a_bad_signature_by_the_keys_without_a_name() {
    let mut config = named();
    config["issuers"][0]["secret"] = "a secret of the plant without a name".into();
    told(
        &Broker::new(&config),
        &token_with_kid(PLANT, OFFICE_SECRET, Some("o")),
        "signed by a key of the issuer `https://id.example/realms/office`",
    );
}

#[test]
fn the_other_issuers_conditions_are_not_looked_at() {
    let mut config = named();
    config["issuers"][1]["algorithms"] = json!(["HS512"]);
    config["issuers"][1]["verify_claims"] = json!({ "aud": "office" });
    let broker = Broker::new(&config);
    broker
        .present(&token_with_kid(PLANT, OFFICE_SECRET, Some("o")))
        .denied(Reason::WrongIssuer);
}

#[test]
fn no_more_than_max_key_trials_are_tried() {
    let others = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|n| {
                let secret = format!("{OFFICE_SECRET} {n}");
                json!({ "issuer": format!("https://{n}.example"), "jwks": secret_set(&secret, "k") })
            })
            .collect()
    };
    let forged = token_with_kid(PLANT, &format!("{OFFICE_SECRET} 0"), Some("k"));
    for (count, reason) in [(3, Reason::WrongIssuer), (4, Reason::UnknownKeyId)] {
        let mut issuers = others(count);
        issuers.push(json!({ "issuer": PLANT, "secret": SECRET, "algorithms": ["HS256"] }));
        issuers.push(json!({ "issuer": OFFICE, "jwks": set("ed25519", "k") }));
        let mut config = json!({ "issuers": issuers, "max_key_trials": 3 });
        config["issuers"][count] =
            json!({ "issuer": PLANT, "jwks": secret_set(PLANT_SECRET, "p") });
        Broker::new(&config).present(&forged).denied(reason);
    }
}

#[test]
#[cfg_attr(not(feature = "endpoint"), ignore = "it has an endpoint")]
fn while_the_keys_are_awaited_nobody_is_accused() {
    let config = json!({ "issuers": [
        // Nobody listens there.
        { "issuer": PLANT, "endpoint": "http://127.0.0.1:9/keys" },
        { "issuer": OFFICE, "jwks": set("ed25519", "o") },
    ] });
    let broker = Broker::new(&config);
    broker
        .present(&token_by(PLANT, "ed25519", "o"))
        .denied(Reason::KeysUnavailable);
    broker.present(&token_by(OFFICE, "ed25519", "o")).allowed();
    // Signed by nobody, and of the right form.
    let forged = token_by(PLANT, "ed25519-other", "o");
    broker.present(&forged).denied(Reason::KeysUnavailable);
    assert_eq!(claims(PLANT)["iss"], PLANT);
}
