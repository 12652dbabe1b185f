//! Keys and tokens. The keys are those of the tests; the tokens are the same in every run, but for
//! the randomness that PS* and ES* signatures have.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self as aws, KeyPair, ParsedPublicKey, VerificationAlgorithm};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde_json::{Value, json};

use crate::rounds::{Slice, slice};

/// How many different tokens are visited in turn.
pub(crate) const TOKENS: usize = 256;

/// 1 January 2100.
pub(crate) const LATER: u64 = 4_102_444_800;

pub(crate) const ALGORITHMS: [&str; 8] = [
    "HS256",
    "RS256",
    "PS256",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "ML-DSA-44",
];

const SECRET: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

/// A token, and the client identifier that its claims demand: one behind the other, as in a CONNECT
/// packet.
pub(crate) struct Token {
    packet: Box<str>,
    client: usize,
}

impl Token {
    pub(crate) fn new(client: &str, text: &str) -> Self {
        Self {
            packet: format!("{client}{text}").into(),
            client: client.len(),
        }
    }

    pub(crate) fn client(&self) -> &str {
        self.packet.split_at(self.client).0
    }

    pub(crate) fn text(&self) -> &str {
        self.packet.split_at(self.client).1
    }

    /// What is signed, and the signature.
    pub(crate) fn parts(&self) -> (Vec<u8>, Vec<u8>) {
        let (input, signature) = self.text().rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        (input.as_bytes().to_vec(), signature)
    }

    /// The same with another signature.
    pub(crate) fn with_signature(&self, signature: &[u8]) -> Self {
        let (input, _) = self.text().rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.encode(signature);
        Self::new(self.client(), &format!("{input}.{signature}"))
    }
}

/// Claims of 204 bytes for one client.
pub(crate) fn claims(client: &str, exp: u64) -> String {
    format!(
        r#"{{"sub":"{client}","clientid":"{client}","username":"alice","iat":1700000000,"exp":{exp},"aud":"mqtt","acl":{{"pub":["up/{client}/#","log/{client}/+"],"sub":["down/{client}/#","all/news/weather/+/#"]}}}}"#
    )
}

pub(crate) fn client(number: usize) -> String {
    format!("d-{number:06}")
}

enum Private {
    Hmac(Box<hmac::Key>),
    Rsa(aws::RsaKeyPair, &'static dyn aws::RsaEncoding),
    Ecdsa(aws::EcdsaKeyPair),
    Ed25519(aws::Ed25519KeyPair),
    MlDsa(aws::PqdsaKeyPair),
}

fn hmac_key(secret: &[u8]) -> Private {
    Private::Hmac(Box::new(hmac::Key::new(hmac::HMAC_SHA256, secret)))
}

/// The bare primitive, with its key parsed.
pub(crate) enum Bare {
    Hmac(Box<hmac::Key>),
    Signature(ParsedPublicKey),
}

impl Bare {
    pub(crate) fn verify(&self, input: &[u8], signature: &[u8]) {
        match self {
            Self::Hmac(key) => hmac::verify(key, input, signature).unwrap(),
            Self::Signature(key) => key.verify_sig(input, signature).unwrap(),
        }
    }
}

/// Slices of the bare verification of these tokens, decoded beforehand. Of one alone, again and
/// again, the processor would learn the branches.
pub(crate) fn bare<'a>(issuer: &Issuer, tokens: &[Token]) -> Slice<'a> {
    let (bare, pairs): (Bare, Vec<_>) = (issuer.bare(), tokens.iter().map(Token::parts).collect());
    slice(move |number| {
        let (input, signature) = &pairs[number % pairs.len()];
        bare.verify(input, signature);
    })
}

/// One issuer: an algorithm and its key.
pub(crate) struct Issuer {
    pub(crate) name: &'static str,
    kid: String,
    private: Private,
    pem: String,
    secret: Vec<u8>,
}

impl Issuer {
    pub(crate) fn new(name: &'static str) -> Self {
        let file = match name {
            "ES256" => "p256",
            "ES384" => "p384",
            "ES512" => "p521",
            "EdDSA" => "ed25519",
            _ => "rsa2048",
        };
        let pem = format!(
            "{}/tests/vectors/keys/{file}.key.pem",
            env!("CARGO_MANIFEST_DIR")
        );
        let pem = std::fs::read_to_string(pem).unwrap();
        let pkcs8 = pem::parse(&pem).unwrap().into_contents();
        let rsa = |encoding| Private::Rsa(aws::RsaKeyPair::from_pkcs8(&pkcs8).unwrap(), encoding);
        let ecdsa =
            |algorithm| Private::Ecdsa(aws::EcdsaKeyPair::from_pkcs8(algorithm, &pkcs8).unwrap());
        let private = match name {
            "HS256" => hmac_key(SECRET),
            "RS256" => rsa(&aws::RSA_PKCS1_SHA256),
            "PS256" => rsa(&aws::RSA_PSS_SHA256),
            "ES256" => ecdsa(&aws::ECDSA_P256_SHA256_FIXED_SIGNING),
            "ES384" => ecdsa(&aws::ECDSA_P384_SHA384_FIXED_SIGNING),
            "ES512" => ecdsa(&aws::ECDSA_P521_SHA512_FIXED_SIGNING),
            "ML-DSA-44" => {
                let key = aws::PqdsaKeyPair::from_seed(&aws::ML_DSA_44_SIGNING, SECRET);
                Private::MlDsa(key.unwrap())
            }
            _ => Private::Ed25519(aws::Ed25519KeyPair::from_pkcs8(&pkcs8).unwrap()),
        };
        Self {
            name,
            kid: "key-001".to_owned(),
            private,
            pem,
            secret: SECRET.to_vec(),
        }
    }

    /// One of many issuers of HS256 tokens.
    pub(crate) fn numbered(number: usize) -> Self {
        let secret = format!("{number:032}").into_bytes();
        Self {
            name: "HS256",
            kid: format!("{number:07}"),
            private: hmac_key(&secret),
            pem: String::new(),
            secret,
        }
    }

    pub(crate) fn sign(&self, claims: &str) -> String {
        let header = format!(
            r#"{{"alg":"{}","typ":"JWT","kid":"{}"}}"#,
            self.name, self.kid
        );
        let input = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let (random, message) = (SystemRandom::new(), input.as_bytes());
        let signature = match &self.private {
            Private::Hmac(key) => hmac::sign(key, message).as_ref().to_vec(),
            Private::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(*encoding, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Private::Ecdsa(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Private::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Private::MlDsa(key) => {
                let mut signature = vec![0; key.algorithm().signature_len()];
                key.sign(message, &mut signature).unwrap();
                signature
            }
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The token of one client.
    pub(crate) fn token(&self, number: usize) -> Token {
        self.token_until(number, LATER)
    }

    pub(crate) fn token_until(&self, number: usize, exp: u64) -> Token {
        let client = client(number);
        Token::new(&client, &self.sign(&claims(&client, exp)))
    }

    /// The tokens of the first clients.
    pub(crate) fn tokens(&self, count: usize) -> Vec<Token> {
        (0..count).map(|number| self.token(number)).collect()
    }

    pub(crate) fn bare(&self) -> Bare {
        let parsed = |algorithm: &'static dyn VerificationAlgorithm, public: &[u8]| {
            Bare::Signature(ParsedPublicKey::new(algorithm, public).unwrap())
        };
        match (&self.private, self.name) {
            (Private::Hmac(key), _) => Bare::Hmac(key.clone()),
            (Private::Rsa(key, _), name) => {
                let algorithm = if name == "PS256" {
                    &aws::RSA_PSS_2048_8192_SHA256
                } else {
                    &aws::RSA_PKCS1_2048_8192_SHA256
                };
                parsed(algorithm, key.public_key().as_ref())
            }
            (Private::Ecdsa(key), name) => {
                let algorithm = match name {
                    "ES256" => &aws::ECDSA_P256_SHA256_FIXED,
                    "ES384" => &aws::ECDSA_P384_SHA384_FIXED,
                    _ => &aws::ECDSA_P521_SHA512_FIXED,
                };
                parsed(algorithm, key.public_key().as_ref())
            }
            (Private::Ed25519(key), _) => parsed(&aws::ED25519, key.public_key().as_ref()),
            (Private::MlDsa(key), _) => parsed(&aws::ML_DSA_44, key.public_key().as_ref()),
        }
    }

    /// The key as a JSON Web Key.
    pub(crate) fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match &self.private {
            Private::Hmac(_) => json!({"kty": "oct", "k": text(&self.secret)}),
            Private::Rsa(..) => {
                let key = EncodingKey::from_rsa_pem(self.pem.as_bytes()).unwrap();
                let jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap();
                let jwk = serde_json::to_value(jwk).unwrap();
                json!({"kty": "RSA", "n": jwk["n"], "e": jwk["e"]})
            }
            Private::Ecdsa(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = point[1..].split_at(point.len() / 2);
                let curve = match self.name {
                    "ES256" => "P-256",
                    "ES384" => "P-384",
                    _ => "P-521",
                };
                json!({"kty": "EC", "crv": curve, "x": text(x), "y": text(y)})
            }
            Private::Ed25519(key) => {
                let x = text(key.public_key().as_ref());
                json!({"kty": "OKP", "crv": "Ed25519", "x": x})
            }
            Private::MlDsa(key) => {
                let public = text(key.public_key().as_ref());
                json!({"kty": "AKP", "alg": self.name, "pub": public})
            }
        };
        jwk["kid"] = self.kid.as_str().into();
        jwk
    }

    /// What the library is configured with: this key, and what the claims must say.
    pub(crate) fn config(&self) -> Value {
        json!({
            "jwks": {"keys": [self.jwk()]},
            "verify_claims": {"aud": "mqtt", "clientid": "${clientid}"},
        })
    }

    /// The key for `jsonwebtoken`, which does not know ES512 and ML-DSA.
    pub(crate) fn decoding_key(&self) -> Option<(Algorithm, DecodingKey)> {
        let algorithm = match self.name {
            "HS256" => Algorithm::HS256,
            "RS256" => Algorithm::RS256,
            "PS256" => Algorithm::PS256,
            "ES256" => Algorithm::ES256,
            "ES384" => Algorithm::ES384,
            "EdDSA" => Algorithm::EdDSA,
            _ => return None,
        };
        let jwk: Jwk = serde_json::from_value(self.jwk()).unwrap();
        Some((algorithm, DecodingKey::from_jwk(&jwk).unwrap()))
    }
}
