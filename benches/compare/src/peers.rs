//! One function for each crate: the client identifier that a good token names, or nothing. All do
//! the same work: signature by a pinned algorithm, `exp`, `aud`, and the client and topics taken
//! out.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::{Deserialize, Serialize};

use crate::tokens::{SECRET, key_file};

pub type Peer = Box<dyn Fn(&str) -> Option<String>>;

#[derive(Serialize, Deserialize)]
struct Claims {
    clientid: String,
    acl: Acl,
}

#[derive(Serialize, Deserialize)]
struct Acl {
    r#pub: Vec<String>,
    sub: Vec<String>,
}

impl Claims {
    fn client(self) -> Option<String> {
        (!self.acl.r#pub.is_empty() && !self.acl.sub.is_empty()).then_some(self.clientid)
    }
}

pub fn open(name: &str, algorithm: &str, keys: &str) -> Option<Peer> {
    match name {
        "jsonwebtoken" => Some(jsonwebtoken(algorithm, keys)),
        #[cfg(feature = "aws")]
        "jwt-simple" => Some(jwt_simple::open(algorithm, keys)),
        _ => None,
    }
}

fn jsonwebtoken(algorithm: &str, keys: &str) -> Peer {
    let pem = || key_file(algorithm, keys, "pub").into_bytes();
    let key = match algorithm {
        "HS256" => DecodingKey::from_secret(SECRET.as_bytes()),
        "ES256" | "ES384" => DecodingKey::from_ec_pem(&pem()).expect("a key"),
        "EdDSA" => DecodingKey::from_ed_pem(&pem()).expect("a key"),
        _ => DecodingKey::from_rsa_pem(&pem()).expect("a key"),
    };
    let algorithm: Algorithm = algorithm.parse().expect("an algorithm");
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&["mqtt"]);
    Box::new(move |token| {
        decode::<Claims>(token, &key, &validation)
            .ok()?
            .claims
            .client()
    })
}

#[cfg(feature = "aws")]
mod jwt_simple {
    use std::collections::HashSet;

    use jwt_simple::prelude::*;

    use super::{Claims, Peer};
    use crate::tokens::{SECRET, key_file};

    pub fn open(algorithm: &str, keys: &str) -> Peer {
        let options = VerificationOptions {
            allowed_audiences: Some(HashSet::from(["mqtt".to_owned()])),
            ..VerificationOptions::default()
        };
        // The options are taken by value.
        macro_rules! peer {
            ($key:expr) => {{
                let key = $key;
                Box::new(move |token| {
                    let claims = key.verify_token::<Claims>(token, Some(options.clone()));
                    claims.ok()?.custom.client()
                })
            }};
        }
        let pem = || key_file(algorithm, keys, "pub");
        match algorithm {
            "HS256" => peer!(HS256Key::from_bytes(SECRET.as_bytes())),
            "RS256" => peer!(RS256PublicKey::from_pem(&pem()).expect("a key")),
            "PS256" => peer!(PS256PublicKey::from_pem(&pem()).expect("a key")),
            "ES256" => peer!(ES256PublicKey::from_pem(&pem()).expect("a key")),
            "ES384" => peer!(ES384PublicKey::from_pem(&pem()).expect("a key")),
            _ => peer!(Ed25519PublicKey::from_pem(&pem()).expect("a key")),
        }
    }
}
