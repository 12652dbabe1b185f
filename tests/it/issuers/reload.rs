//! Issuers that are added, changed and removed while clients are connected.

use crate::harness::{Broker, SECRET};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::{OFFICE, PLANT, set, token_by};

/// The office, and the plant if it has a key.
fn config(plant: Option<&str>) -> Value {
    let mut issuers = vec![json!({ "issuer": OFFICE, "jwks": set("ed25519", "1") })];
    if let Some(key) = plant {
        issuers.push(json!({ "issuer": PLANT, "jwks": set(key, "1") }));
    }
    json!({ "secret": SECRET, "issuers": issuers })
}

#[test]
fn sessions_and_remembered_tokens_follow() {
    let broker = Broker::new(&config(Some("ed25519")));
    let (plant, office) = (
        token_by(PLANT, "ed25519", "1"),
        token_by(OFFICE, "ed25519", "1"),
    );
    let of_plant = broker.admit_with(&plant);
    let of_office = broker.admit_with(&office);
    of_plant.recheck().allowed();
    // Its key is another one, though the office still has the old one.
    broker.reloaded(&config(Some("ed25519-other")));
    of_plant.recheck().denied(Reason::NoKey);
    broker.present(&plant).denied(Reason::BadSignature);
    let of_new = broker.admit_with(&token_by(PLANT, "ed25519-other", "1"));
    // It is gone, and its tokens belong to the top level.
    broker.reloaded(&config(None));
    of_plant.recheck().denied(Reason::NoKey);
    of_new.recheck().denied(Reason::NoKey);
    broker.present(&plant).denied(Reason::WrongIssuer);
    broker
        .present(&token_by(PLANT, "ed25519-other", "1"))
        .denied(Reason::UnknownKeyId);
    // It is back.
    broker.reloaded(&config(Some("ed25519")));
    of_plant.recheck().allowed();
    of_new.recheck().denied(Reason::NoKey);
    broker.present(&plant).allowed();
    of_office.recheck().allowed();
    broker.present(&office).allowed();
}

#[test]
fn a_session_from_before_there_were_issuers_follows_too() {
    let broker = Broker::new(&json!({ "jwks": set("ed25519", "1") }));
    let (plant, other) = (
        token_by(PLANT, "ed25519", "1"),
        token_by("https://x.example", "ed25519", "1"),
    );
    let sessions = [broker.admit_with(&plant), broker.admit_with(&other)];
    let mut listed = json!({ "jwks": set("ed25519", "1") });
    listed["issuers"] = json!([{ "issuer": PLANT, "jwks": set("ed25519-other", "1") }]);
    broker.reloaded(&listed);
    sessions[0].recheck().denied(Reason::NoKey);
    sessions[1].recheck().allowed();
    broker.present(&plant).denied(Reason::BadSignature);
    broker.present(&other).allowed();
}

#[test]
fn conditions_that_change_are_asked_of_remembered_tokens() {
    let mut config = config(Some("ed25519"));
    let broker = Broker::new(&config);
    let plant = token_by(PLANT, "ed25519", "1");
    broker.present(&plant).allowed();
    config["issuers"][1]["verify_claims"] = json!({ "iss": OFFICE });
    broker.reloaded(&config);
    broker.present(&plant).denied(Reason::ClaimMismatch);
    broker.present(&token_by(OFFICE, "ed25519", "1")).allowed();
}

#[test]
fn permissions_are_read_anew_from_another_claim() {
    let config = |name: &str| {
        json!({ "issuers": [
        { "issuer": PLANT, "jwks": set("ed25519", "1"), "acl_claim_name": name },
    ] })
    };
    let claims = json!({ "iss": PLANT, "good": { "pub": ["a"] }, "bad": 7 });
    let token = crate::harness::signed(
        jsonwebtoken::Algorithm::EdDSA,
        "ed25519",
        Some("1"),
        &claims,
    );
    let broker = Broker::new(&config("good"));
    for _ in 0..2 {
        broker.present(&token).allowed();
        assert_eq!(
            broker
                .decide(crate::harness::Connect {
                    password: Some(token.as_bytes()),
                    ..crate::harness::Connect::default()
                })
                .decision,
            1
        );
    }
    broker.reloaded(&config("bad"));
    assert_eq!(
        broker
            .decide(crate::harness::Connect {
                password: Some(token.as_bytes()),
                ..crate::harness::Connect::default()
            })
            .decision,
        0
    );
    broker.present(&token).denied(Reason::BadAcl);
}

#[test]
fn a_configuration_that_is_refused_changes_nothing() {
    let broker = Broker::new(&config(Some("ed25519")));
    let plant = token_by(PLANT, "ed25519", "1");
    let session = broker.admit_with(&plant);
    let mut bad = config(None);
    bad["issuers"][0]["issuer"] = 7.into();
    assert!(broker.reload(&bad).is_err());
    session.recheck().allowed();
    broker.present(&plant).allowed();
}
