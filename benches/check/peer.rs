//! `jsonwebtoken`, doing the same work.

use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

use crate::tokens::{Issuer, Token};

/// What a broker would take out of the claims.
#[derive(Deserialize)]
struct Claims {
    clientid: String,
    acl: Acl,
}

#[derive(Deserialize)]
struct Acl {
    #[serde(rename = "pub")]
    publish: Vec<String>,
    #[serde(rename = "sub")]
    subscribe: Vec<String>,
}

pub(crate) struct Peer {
    key: DecodingKey,
    validation: Validation,
}

impl Peer {
    /// None: it does not know the algorithm.
    pub(crate) fn new(issuer: &Issuer) -> Option<Self> {
        let (algorithm, key) = issuer.decoding_key()?;
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&["mqtt"]);
        Some(Self { key, validation })
    }

    pub(crate) fn accept(&self, token: &Token) {
        let claims = decode::<Claims>(token.text(), &self.key, &self.validation)
            .unwrap()
            .claims;
        assert_eq!(claims.clientid, token.client());
        assert_eq!(
            [claims.acl.publish.len(), claims.acl.subscribe.len()],
            [2, 2]
        );
    }
}
