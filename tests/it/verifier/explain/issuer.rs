//! The issuer by which a token is checked, and its conditions.

use super::says;
use crate::harness::{Broker, named_jwk, signed};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

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
