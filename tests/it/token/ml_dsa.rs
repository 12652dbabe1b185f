//! ML-DSA (RFC 9964): its own examples, tokens that OpenSSL signed, and tokens of AWS-LC.

use crate::harness::{Broker, base64url, key_path, valid_claims, vector_text, vectors};
use aws_lc_rs::signature::{
    KeyPair, ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair,
    PqdsaSigningAlgorithm,
};
use jwt_auth::Reason;
use serde_json::{Value, json};

const ALGORITHMS: [(&str, &PqdsaSigningAlgorithm); 3] = [
    ("ML-DSA-44", &ML_DSA_44_SIGNING),
    ("ML-DSA-65", &ML_DSA_65_SIGNING),
    ("ML-DSA-87", &ML_DSA_87_SIGNING),
];

/// The vectors of this list.
fn list(name: &str) -> Vec<Value> {
    let lists: Value = serde_json::from_str(&vector_text("ml_dsa.json")).unwrap();
    lists[name].as_array().unwrap().clone()
}

fn token(vector: &Value) -> &str {
    vector["token"].as_str().unwrap()
}

fn trusting(jwk: &Value) -> Value {
    json!({ "jwks": { "keys": [jwk] } })
}

/// A key of AWS-LC, as a JSON Web Key, with a token.
fn signed(alg: &str, algorithm: &'static PqdsaSigningAlgorithm, claims: &Value) -> (Value, String) {
    let key = PqdsaKeyPair::generate(algorithm).unwrap();
    let input = format!(
        "{}.{}",
        base64url(json!({ "alg": alg }).to_string()),
        base64url(claims.to_string())
    );
    let mut signature = vec![0; algorithm.signature_len()];
    key.sign(input.as_bytes(), &mut signature).unwrap();
    let public = base64url(key.public_key());
    (
        json!({ "kty": "AKP", "alg": alg, "pub": public }),
        format!("{input}.{}", base64url(signature)),
    )
}

#[test]
fn the_examples_of_rfc_9964_verify() {
    let examples = list("rfc");
    assert_eq!(examples.len(), 3);
    for example in &examples {
        // The signature is good, and the signed text is no claims.
        Broker::new(&trusting(&example["jwk"]))
            .present(token(example))
            .denied(Reason::MalformedClaims);
    }
}

#[test]
fn tokens_of_openssl_are_accepted_by_a_json_web_key_and_by_pem() {
    for vector in list("good") {
        let alg = vector["alg"].as_str().unwrap();
        let pem = key_path(&format!("{}.pub.pem", alg.to_lowercase()));
        for mut config in [trusting(&vector["jwk"]), json!({ "public_key": pem })] {
            Broker::new(&config).present(token(&vector)).allowed();
            config["algorithms"] = json!([alg]);
            Broker::new(&config).present(token(&vector)).allowed();
        }
    }
}

#[test]
fn tokens_of_aws_lc_are_accepted() {
    for (alg, algorithm) in ALGORITHMS {
        let (jwk, token) = signed(alg, algorithm, &valid_claims());
        Broker::new(&trusting(&jwk)).present(&token).allowed();
    }
}

#[test]
fn a_signature_in_another_context_is_refused() {
    let vectors = list("bad");
    assert_eq!(vectors.len(), 1);
    Broker::new(&trusting(&vectors[0]["jwk"]))
        .present(token(&vectors[0]))
        .denied(Reason::BadSignature);
}

#[test]
fn a_key_serves_its_own_parameter_set_and_nothing_else() {
    let good = list("good");
    let others = vectors("tokens.json");
    for key in &good {
        let broker = Broker::new(&trusting(&key["jwk"]));
        for vector in good.iter().chain(&others) {
            let answer = broker.present(token(vector));
            if vector["alg"] == key["alg"] {
                answer.allowed();
            } else {
                answer.denied(Reason::NoKey);
            }
        }
        // The tokens of the RFC are of another key.
        let rfc = list("rfc").into_iter().find(|rfc| rfc["alg"] == key["alg"]);
        broker
            .present(token(&rfc.unwrap()))
            .denied(Reason::BadSignature);
    }
}

#[test]
fn a_private_key_in_a_set_draws_a_warning() {
    let mut jwk = list("good").remove(0)["jwk"].clone();
    jwk["priv"] = base64url([7; 32]).into();
    let warning = "`jwks` key 1 holds a private key; only its public part is needed and used";
    assert_eq!(Broker::new(&trusting(&jwk)).warnings(), [warning]);
}

#[test]
fn a_token_that_was_seen_before_is_another_one_with_any_other_signature() {
    for vector in list("good") {
        let broker = Broker::new(&trusting(&vector["jwk"]));
        let good = token(&vector);
        for _ in 0..3 {
            broker.present(good).allowed();
        }
        let begin = good.rfind('.').unwrap() + 1;
        // Each character costs a verification, unless it were taken for the one that is remembered.
        for at in (begin..good.len()).step_by(41).chain([good.len() - 1]) {
            let other = if good[at..].starts_with('Q') {
                "g"
            } else {
                "Q"
            };
            let changed = format!("{}{other}{}", &good[..at], &good[at + 1..]);
            broker.present(&changed).denied(Reason::BadSignature);
        }
        // What stands for the rest of the signature is no signature.
        let digest =
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &good.as_bytes()[begin..]);
        let head = &good.as_bytes()[..begin + 22];
        for rest in [digest.as_ref(), &[b".", digest.as_ref()].concat(), b""] {
            let answer = broker.connect(crate::harness::Connect {
                password: Some(&[head, rest].concat()),
                ..crate::harness::Connect::default()
            });
            assert_ne!(answer.result.decision, jwt_auth::Decision::Allow as i32);
        }
        broker.present(good).allowed();
    }
}

#[test]
fn claims_of_a_remembered_token_are_those_that_were_signed() {
    let (jwk, token) = signed("ML-DSA-44", &ML_DSA_44_SIGNING, &json!({ "sub": "x" }));
    let broker = Broker::new(&trusting(&jwk));
    for _ in 0..3 {
        let answer = broker.present(&token);
        answer.allowed();
        assert_eq!(answer.claims.as_deref(), Some(&br#"{"sub":"x"}"#[..]));
    }
}
