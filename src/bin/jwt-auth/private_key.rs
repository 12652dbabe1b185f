//! Keys to sign with. The cryptography is that of `jsonwebtoken` where it has the algorithm, and otherwise of
//! `aws-lc-rs`, over which it is written.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, ML_DSA_44_SIGNING,
    ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64_simd::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::crypto::{JwtSigner, aws_lc};
use jwt_auth::Algorithm;
use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::input::is_pem;

/// A key with the algorithm that it signs by.
pub(crate) struct PrivateKey {
    kind: Kind,
    pub(crate) algorithm: Algorithm,
    /// The name that its JSON Web Key gives it.
    pub(crate) kid: Option<String>,
}

enum Kind {
    Encoded(EncodingKey),
    // `jsonwebtoken` would parse it anew for each signature.
    Rsa(RsaKeyPair),
    // `jsonwebtoken` has neither ES512 nor ML-DSA.
    Ecdsa(EcdsaKeyPair),
    MlDsa(PqdsaKeyPair),
}

/// A JSON Web Key of type oct, or a set with some.
#[derive(Deserialize)]
struct Jwks {
    #[serde(default)]
    keys: Vec<Jwk>,
    #[serde(flatten)]
    single: Jwk,
}

#[derive(Default, Deserialize)]
struct Jwk {
    kty: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    k: Option<Zeroizing<String>>,
}

impl PrivateKey {
    /// Reads a private key in PEM or DER, a JSON Web Key of type oct, or with an algorithm of the family HS* a
    /// secret as it is. `kid` chooses in a set.
    pub(crate) fn read(
        content: &[u8],
        algorithm: Option<Algorithm>,
        kid: Option<&str>,
    ) -> Result<Self, String> {
        let text = content.trim_ascii_start();
        if is_pem(content) {
            Self::from_pem(content, algorithm)
        } else if text.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(text).is_ok() {
            Self::from_jwk(text, algorithm, kid)
        } else if let Some(algorithm) = algorithm.filter(|algorithm| algorithm.is_hmac()) {
            let secret = content.strip_suffix(b"\n").unwrap_or(content);
            Self::from_secret(secret.strip_suffix(b"\r").unwrap_or(secret), algorithm)
        } else {
            Self::from_der(content, algorithm)
        }
    }

    fn from_pem(content: &[u8], algorithm: Option<Algorithm>) -> Result<Self, String> {
        let blocks = pem::parse_many(content).map_err(|_| "not valid PEM".to_owned())?;
        let block = blocks
            .iter()
            .find(|block| block.tag().ends_with("PRIVATE KEY"));
        match block {
            None => Err("holds no private key".to_owned()),
            Some(block) if block.tag() == "ENCRYPTED PRIVATE KEY" => {
                Err("an encrypted private key; `openssl pkey -in FILE` decrypts it".to_owned())
            }
            Some(block) => Self::from_der(block.contents(), algorithm),
        }
    }

    fn from_der(der: &[u8], wanted: Option<Algorithm>) -> Result<Self, String> {
        let (kind, serves) = recognise(der).ok_or_else(|| {
            "no private key in PEM or DER of RSA (2048 to 8192 bits), P-256, P-384, P-521, Ed25519 or ML-DSA; a \
             secret needs --alg HS256, HS384 or HS512"
                .to_owned()
        })?;
        let algorithm = wanted.or(serves.first().copied());
        match algorithm.filter(|algorithm| serves.contains(algorithm)) {
            Some(algorithm) => Ok(Self {
                kind,
                algorithm,
                kid: None,
            }),
            None => Err(format!(
                "a key for {}, and not for what --alg says",
                names(&serves)
            )),
        }
    }

    fn from_jwk(text: &[u8], wanted: Option<Algorithm>, kid: Option<&str>) -> Result<Self, String> {
        let set: Jwks = serde_json::from_slice(text)
            .map_err(|_| "neither a JSON Web Key nor a set".to_owned())?;
        let mut keys = set.keys;
        keys.push(set.single);
        keys.retain(|key| key.kty.as_deref() == Some("oct"));
        if let Some(kid) = kid {
            let is_named = |key: &Jwk| key.kid.as_deref() == Some(kid);
            // A single key may be called by another name.
            if keys.len() > 1 || keys.iter().any(is_named) {
                keys.retain(is_named);
            }
        }
        let one = if keys.len() == 1 { keys.pop() } else { None };
        let Some(key) = one else {
            return Err("not exactly one key of type oct; --kid chooses one, and other keys are read as PEM".to_owned());
        };
        let bound = key.alg.as_deref().map(parse_algorithm).transpose()?;
        if bound.is_some() && wanted.is_some() && bound != wanted {
            return Err("the key's `alg` is not what --alg says".to_owned());
        }
        let algorithm = wanted.or(bound).unwrap_or(Algorithm::HS256);
        let k = key.k.unwrap_or_default();
        let secret = URL_SAFE_NO_PAD.decode_to_vec(k.trim_end_matches('=').as_bytes());
        let secret = Zeroizing::new(secret.map_err(|_| "`k` is not base64url".to_owned())?);
        let read = Self::from_secret(&secret, algorithm)?;
        Ok(Self {
            kid: key.kid,
            ..read
        })
    }

    /// A secret as it is, whatever it looks like.
    pub(crate) fn from_secret(secret: &[u8], algorithm: Algorithm) -> Result<Self, String> {
        if !algorithm.is_hmac() {
            return Err("a secret, which signs by HS256, HS384 or HS512 alone".to_owned());
        }
        if secret.is_empty() {
            return Err("the secret is empty".to_owned());
        }
        Ok(Self {
            kind: Kind::Encoded(EncodingKey::from_secret(secret)),
            algorithm,
            kid: None,
        })
    }

    /// What signs, for one thread.
    pub(crate) fn signer(&self) -> Result<Signer<'_>, String> {
        match &self.kind {
            Kind::Encoded(key) => {
                let signer = jsonwebtoken_name(self.algorithm)
                    .and_then(|name| (aws_lc::DEFAULT_PROVIDER.signer_factory)(&name, key).ok());
                signer
                    .map(Signer::Jsonwebtoken)
                    .ok_or_else(|| "the key cannot sign".to_owned())
            }
            Kind::Rsa(key) => Ok(Signer::Rsa(key, rsa_encoding(self.algorithm))),
            Kind::Ecdsa(key) => Ok(Signer::Ecdsa(key)),
            Kind::MlDsa(key) => Ok(Signer::MlDsa(key)),
        }
    }
}

/// Signs with one key.
pub(crate) enum Signer<'k> {
    Jsonwebtoken(Box<dyn JwtSigner>),
    Rsa(&'k RsaKeyPair, &'static dyn RsaEncoding),
    Ecdsa(&'k EcdsaKeyPair),
    MlDsa(&'k PqdsaKeyPair),
}

impl Signer<'_> {
    /// Completes a token by the signature of its header and payload.
    pub(crate) fn complete(&self, token: &mut String) -> Result<(), String> {
        let signature = self.sign(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_append(&signature, token);
        Ok(())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let random = SystemRandom::new();
        let signature = match self {
            Self::Jsonwebtoken(signer) => signer.try_sign(message).ok(),
            Self::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public_modulus_len()];
                let signed = key.sign(*encoding, &random, message, &mut signature);
                signed.ok().map(|()| signature)
            }
            Self::Ecdsa(key) => key
                .sign(&random, message)
                .ok()
                .map(|signature| signature.as_ref().to_vec()),
            Self::MlDsa(key) => {
                let mut signature = vec![0; key.algorithm().signature_len()];
                key.sign(message, &mut signature).ok().map(|_| signature)
            }
        };
        signature.ok_or_else(|| "the key cannot sign".to_owned())
    }
}

/// The key of a PKCS#8, PKCS#1 or SEC 1 structure, and the algorithms that it may sign by.
fn recognise(der: &[u8]) -> Option<(Kind, Vec<Algorithm>)> {
    if Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).is_ok() {
        return Some((
            Kind::Encoded(EncodingKey::from_ed_der(der)),
            vec![Algorithm::EdDSA],
        ));
    }
    for (algorithm, curve) in [
        (Algorithm::ES256, &ECDSA_P256_SHA256_FIXED_SIGNING),
        (Algorithm::ES384, &ECDSA_P384_SHA384_FIXED_SIGNING),
        (Algorithm::ES512, &ECDSA_P521_SHA512_FIXED_SIGNING),
    ] {
        let Ok(pair) = EcdsaKeyPair::from_private_key_der(curve, der) else {
            continue;
        };
        let kind = if algorithm == Algorithm::ES512 {
            Kind::Ecdsa(pair)
        } else {
            let document = pair.to_pkcs8v1().ok()?;
            Kind::Encoded(EncodingKey::from_ec_der(document.as_ref()))
        };
        return Some((kind, vec![algorithm]));
    }
    if let Ok(pair) = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)) {
        let serves = [
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ];
        return Some((Kind::Rsa(pair), serves.to_vec()));
    }
    for (algorithm, signing) in [
        (Algorithm::MlDsa44, &ML_DSA_44_SIGNING),
        (Algorithm::MlDsa65, &ML_DSA_65_SIGNING),
        (Algorithm::MlDsa87, &ML_DSA_87_SIGNING),
    ] {
        if let Ok(pair) = PqdsaKeyPair::from_pkcs8(signing, der) {
            return Some((Kind::MlDsa(pair), vec![algorithm]));
        }
    }
    None
}

fn rsa_encoding(algorithm: Algorithm) -> &'static dyn RsaEncoding {
    match algorithm {
        Algorithm::RS384 => &RSA_PKCS1_SHA384,
        Algorithm::RS512 => &RSA_PKCS1_SHA512,
        Algorithm::PS256 => &RSA_PSS_SHA256,
        Algorithm::PS384 => &RSA_PSS_SHA384,
        Algorithm::PS512 => &RSA_PSS_SHA512,
        _ => &RSA_PKCS1_SHA256,
    }
}

fn jsonwebtoken_name(algorithm: Algorithm) -> Option<jsonwebtoken::Algorithm> {
    match algorithm {
        Algorithm::HS256 => Some(jsonwebtoken::Algorithm::HS256),
        Algorithm::HS384 => Some(jsonwebtoken::Algorithm::HS384),
        Algorithm::HS512 => Some(jsonwebtoken::Algorithm::HS512),
        Algorithm::ES256 => Some(jsonwebtoken::Algorithm::ES256),
        Algorithm::ES384 => Some(jsonwebtoken::Algorithm::ES384),
        Algorithm::EdDSA => Some(jsonwebtoken::Algorithm::EdDSA),
        _ => None,
    }
}

/// An algorithm by its name.
pub(crate) fn parse_algorithm(name: &str) -> Result<Algorithm, String> {
    Algorithm::from_name(name).ok_or_else(|| format!("none of {}", names(&Algorithm::ALL)))
}

fn names(algorithms: &[Algorithm]) -> String {
    let names: Vec<_> = algorithms
        .iter()
        .map(|algorithm| algorithm.name())
        .collect();
    names.join(", ")
}
