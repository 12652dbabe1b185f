//! What the top level asks for holds for every issuer; what an issuer asks for, for its tokens.

use crate::harness::session::PUBLISH;
use crate::harness::{Broker, HS256_HEADER, NOW, SECRET, hs256, vector_text};
use jwt_auth::{Permission, Reason};
use serde_json::{Value, json};

use super::{OFFICE, OFFICE_SECRET, PLANT, PLANT_SECRET, two};

/// A token of this issuer with these claims as well.
fn token(iss: &str, secret: &str, claims: Value) -> String {
    let mut claims = claims;
    claims["iss"] = iss.into();
    hs256(secret, HS256_HEADER, claims.to_string())
}

#[test]
fn claims_are_what_both_levels_expect() {
    let mut config = two();
    config["verify_claims"] = json!({ "sub": "%c" });
    config["issuers"][0]["verify_claims"] = json!({ "aud": "plant", "sub": "c1" });
    config["secret"] = SECRET.into();
    let broker = Broker::new(&config);
    let plant = |claims| broker.present(&token(PLANT, PLANT_SECRET, claims));
    plant(json!({ "sub": "c1", "aud": "plant" })).allowed();
    plant(json!({ "sub": "c1", "aud": "office" })).denied(Reason::ClaimMismatch);
    plant(json!({ "sub": "c1" })).denied(Reason::MissingClaim);
    plant(json!({ "sub": "c2", "aud": "plant" })).denied(Reason::ClaimMismatch);
    // The top level's come first.
    plant(json!({ "sub": "c2" })).denied(Reason::ClaimMismatch);
    let office = |claims| broker.present(&token(OFFICE, OFFICE_SECRET, claims));
    office(json!({ "sub": "c1", "aud": "plant" })).allowed();
    office(json!({ "sub": "c1" })).allowed();
    office(json!({ "sub": "c2" })).denied(Reason::ClaimMismatch);
    broker
        .present(&token("x", SECRET, json!({ "sub": "c1" })))
        .allowed();
    broker
        .present(&token("x", SECRET, json!({ "sub": "c2" })))
        .denied(Reason::ClaimMismatch);
}

#[test]
fn algorithms_are_those_that_both_levels_allow() {
    let mut config = two();
    config["issuers"][0]["algorithms"] = json!(["HS512"]);
    let broker = Broker::new(&config);
    broker
        .present(&token(PLANT, PLANT_SECRET, json!({})))
        .denied(Reason::AlgorithmNotAllowed);
    broker
        .present(&token(OFFICE, OFFICE_SECRET, json!({})))
        .allowed();
    config["issuers"][0]["algorithms"] = json!(["HS512", "HS256"]);
    config["algorithms"] = json!(["HS512"]);
    let broker = Broker::new(&config);
    for token in [
        token(PLANT, PLANT_SECRET, json!({})),
        token(OFFICE, OFFICE_SECRET, json!({})),
    ] {
        broker.present(&token).denied(Reason::AlgorithmNotAllowed);
    }
}

#[test]
fn dates_are_compared_as_the_top_level_says() {
    let mut config = two();
    config["require_exp"] = true.into();
    config["leeway"] = 10.into();
    let broker = Broker::new(&config);
    broker
        .present(&token(PLANT, PLANT_SECRET, json!({})))
        .denied(Reason::MissingClaim);
    broker
        .present(&token(PLANT, PLANT_SECRET, json!({ "exp": NOW - 10 })))
        .denied(Reason::Expired);
    broker
        .present(&token(PLANT, PLANT_SECRET, json!({ "exp": NOW - 9 })))
        .allowed();
}

#[test]
fn an_issuer_has_topic_permissions_in_a_claim_of_its_own() {
    let mut config = two();
    config["acl_claim_name"] = "topics".into();
    config["issuers"][0]["acl_claim_name"] = "https://id.example/acl".into();
    let broker = Broker::new(&config);
    let claims = json!({
        "topics": { "pub": ["office"] },
        "https://id.example/acl": { "pub": ["plant"] },
    });
    let permissions = |token: String| {
        let session = broker.admit_with(&token);
        ["plant", "office"].map(|topic| session.may(PUBLISH, topic))
    };
    for _ in 0..3 {
        assert_eq!(
            permissions(token(PLANT, PLANT_SECRET, claims.clone())),
            [Permission::Allow, Permission::Deny]
        );
        assert_eq!(
            permissions(token(OFFICE, OFFICE_SECRET, claims.clone())),
            [Permission::Deny, Permission::Allow]
        );
    }
}

#[test]
fn an_issuer_has_a_claim_of_its_own_for_user_names() {
    let mut config = two();
    config["username_claim"] = "name".into();
    config["issuers"][0]["username_claim"] = "login".into();
    let broker = Broker::new(&config);
    let both = json!({ "name": "n", "login": "l", "acl": { "pub": ["%u"] } });
    let permissions = |token: String| {
        let session = broker.admit_with(&token);
        ["n", "l"].map(|topic| session.may(PUBLISH, topic))
    };
    for _ in 0..3 {
        assert_eq!(
            permissions(token(PLANT, PLANT_SECRET, both.clone())),
            [Permission::Deny, Permission::Allow]
        );
        assert_eq!(
            permissions(token(OFFICE, OFFICE_SECRET, both.clone())),
            [Permission::Allow, Permission::Deny]
        );
    }
    let missing = |iss, secret, claims| {
        let answer = broker.present(&token(iss, secret, claims));
        answer.denied(Reason::MissingClaim);
    };
    missing(PLANT, PLANT_SECRET, json!({ "name": "n" }));
    missing(OFFICE, OFFICE_SECRET, json!({ "login": "l" }));
}

#[test]
fn an_issuer_has_superusers_by_a_claim_of_its_own_or_none() {
    let admin = json!({ "is_superuser": true, "admin": true, "mqtt": { "root": 1 } });
    let superuser = |config: &Value, iss, secret, without: &str| {
        let mut claims = admin.clone();
        claims.as_object_mut().unwrap().remove(without).unwrap();
        let answer = Broker::new(config).present(&token(iss, secret, claims));
        answer.allowed();
        answer.result.superuser
    };
    let deciding = |config: &Value, iss, secret| {
        let claims = ["is_superuser", "admin", "mqtt"];
        claims.map(|claim| 1 - superuser(config, iss, secret, claim))
    };
    let mut config = two();
    assert_eq!(deciding(&config, PLANT, PLANT_SECRET), [1, 0, 0]);
    config["superuser_claim_name"] = "admin".into();
    assert_eq!(deciding(&config, PLANT, PLANT_SECRET), [0, 1, 0]);
    config["issuers"][0]["superuser_claim_name"] = "mqtt.root".into();
    assert_eq!(deciding(&config, PLANT, PLANT_SECRET), [0, 0, 1]);
    assert_eq!(deciding(&config, OFFICE, OFFICE_SECRET), [0, 1, 0]);
    config["issuers"][0]["superuser_claim_name"] = json!(null);
    assert_eq!(deciding(&config, PLANT, PLANT_SECRET), [1, 1, 1]);
    assert_eq!(deciding(&config, OFFICE, OFFICE_SECRET), [0, 1, 0]);
    config["superuser_claim_name"] = json!(null);
    config["issuers"][0]["superuser_claim_name"] = "admin".into();
    assert_eq!(deciding(&config, PLANT, PLANT_SECRET), [0, 1, 0]);
    assert_eq!(deciding(&config, OFFICE, OFFICE_SECRET), [1, 1, 1]);
}

#[test]
fn an_issuer_has_a_signature_format_of_its_own() {
    let pem = vector_text("keys/p256.pub.pem");
    let config = json!({ "issuers": [
        { "issuer": PLANT, "public_key": pem, "signature_format": "raw" },
        { "issuer": OFFICE, "public_key": pem },
    ], "signature_format": "der" });
    let broker = Broker::new(&config);
    let raw = |iss: &str| {
        let claims = json!({ "iss": iss });
        crate::harness::signed(jsonwebtoken::Algorithm::ES256, "p256", None, &claims)
    };
    for _ in 0..2 {
        broker.present(&raw(PLANT)).allowed();
        broker.present(&raw(OFFICE)).denied(Reason::SignatureFormat);
    }
}

#[test]
fn a_type_is_one_that_both_levels_ask_for() {
    let mut config = two();
    config["token_type"] = json!(["JWT", "at+jwt"]);
    config["issuers"][0]["token_type"] = json!(["AT+JWT", "x"]);
    let broker = Broker::new(&config);
    let typed = |iss: &str, secret, typ: &str| {
        let header = json!({ "alg": "HS256", "typ": typ }).to_string();
        broker.present(&hs256(secret, &header, json!({ "iss": iss }).to_string()))
    };
    typed(PLANT, PLANT_SECRET, "at+jwt").allowed();
    typed(PLANT, PLANT_SECRET, "JWT").denied(Reason::WrongTokenType);
    typed(PLANT, PLANT_SECRET, "x").denied(Reason::WrongTokenType);
    typed(OFFICE, OFFICE_SECRET, "JWT").allowed();
    typed(OFFICE, OFFICE_SECRET, "x").denied(Reason::WrongTokenType);
}

#[test]
fn an_issuers_lifetime_stands_in_the_place_of_the_top_levels() {
    let mut config = two();
    config["max_lifetime"] = 100.into();
    config["issuers"][0]["max_lifetime"] = 200.into();
    let broker = Broker::new(&config);
    let lasting = |iss, secret, seconds| {
        let claims = json!({ "iat": NOW, "exp": NOW + seconds });
        broker.present(&token(iss, secret, claims))
    };
    lasting(PLANT, PLANT_SECRET, 200).allowed();
    lasting(PLANT, PLANT_SECRET, 201).denied(Reason::LifetimeTooLong);
    lasting(OFFICE, OFFICE_SECRET, 100).allowed();
    lasting(OFFICE, OFFICE_SECRET, 101).denied(Reason::LifetimeTooLong);
    assert_eq!(
        broker.warnings(),
        ["`issuers[0].max_lifetime` is longer than the top level's, in whose place it stands"]
    );
    config["issuers"][0]["max_lifetime"] = 100.into();
    assert_eq!(Broker::new(&config).warnings(), [""; 0]);
}
