//! `keygen`: a private key, its public half in PEM, and its JWK Set.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
    ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair, PqdsaSigningAlgorithm,
    RsaKeyPair,
};
use clap::Args;
use jwt_auth::Algorithm;
use pem::{EncodeConfig, LineEnding, Pem};
use serde_json::Map;
use zeroize::Zeroizing;

use crate::output::{Failure, Outcome, Output, PLAIN, note};
use crate::private_key::parse_algorithm;
use crate::public_key;
use crate::replacement::{PRIVATE, PUBLIC};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The algorithm that it is for, such as ES256
    #[arg(long, value_name = "ALG", value_parser = parse_algorithm)]
    alg: Algorithm,
    /// The name of the key; without it, its thumbprint (RFC 7638)
    #[arg(long, allow_hyphen_values = true)]
    kid: Option<String>,
    /// What the files are called, up to their endings; without it, as the algorithm
    #[arg(short, long, value_name = "NAME")]
    output: Option<PathBuf>,
}

/// A file to be made.
struct Part {
    label: &'static str,
    ending: &'static str,
    mode: u32,
    text: Zeroizing<String>,
}

pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Outcome, Failure> {
    let algorithm = arguments.alg;
    let name = match &arguments.output {
        Some(name) => name.display().to_string(),
        None => algorithm.name().to_lowercase(),
    };
    let (kid, parts) = parts(algorithm, arguments.kid.as_deref())
        .map_err(|problem| Failure::about(format!("--alg {algorithm}"), problem))?;
    let paths: Vec<_> = parts
        .iter()
        .map(|part| format!("{name}.{}", part.ending))
        .collect();
    for (index, (path, part)) in paths.iter().zip(&parts).enumerate() {
        if let Err(failure) = create(Path::new(path), part) {
            // None without the others.
            for made in paths.iter().take(index) {
                let _ = fs::remove_file(made);
            }
            return Err(failure);
        }
    }
    if output.is_json() {
        let mut told = Map::new();
        told.insert("alg".to_owned(), algorithm.name().into());
        told.insert("kid".to_owned(), kid.into());
        let files = parts
            .iter()
            .zip(paths)
            .map(|(part, path)| (member(part.label), path.into()));
        told.extend(files);
        output.json(&told.into());
    } else {
        output.row("kid", PLAIN, &kid);
        for (part, path) in parts.iter().zip(&paths) {
            output.row(part.label, PLAIN, path);
        }
        if algorithm.is_hmac() {
            note("the JWK Set holds the secret: who reads it can sign");
        }
    }
    Ok(Outcome::Fine)
}

/// What a program calls a file.
fn member(label: &str) -> String {
    label.to_lowercase().replace(' ', "_")
}

/// The name of a new key, and what is to be in its files.
fn parts(algorithm: Algorithm, kid: Option<&str>) -> Result<(String, Vec<Part>), String> {
    let failed = || "the key could not be made".to_owned();
    let mut parts = Vec::new();
    let key = if algorithm.is_hmac() {
        public_key::from_secret(&secret(algorithm).ok_or_else(failed)?)
    } else {
        let (private, public) = generate(algorithm).ok_or_else(failed)?;
        let key = public_key::from_der(&public)?;
        let private = Zeroizing::new(pem("PRIVATE KEY", &private));
        parts.push(Part {
            label: "private key",
            ending: "pem",
            mode: PRIVATE,
            text: private,
        });
        let public = Zeroizing::new(pem("PUBLIC KEY", &public));
        parts.push(Part {
            label: "public key",
            ending: "pub.pem",
            mode: PUBLIC,
            text: public,
        });
        key
    };
    let key = public_key::publish(key, kid, Some(algorithm))?;
    let kid = key
        .get("kid")
        .and_then(|kid| kid.as_str())
        .unwrap_or_default()
        .to_owned();
    // A secret is in the set itself.
    let mode = if algorithm.is_hmac() { PRIVATE } else { PUBLIC };
    let text = Zeroizing::new(public_key::set(&[key]));
    parts.push(Part {
        label: "JWK Set",
        ending: "jwks.json",
        mode,
        text,
    });
    Ok((kid, parts))
}

/// As long as the hash, as RFC 7518 section 3.2 demands at least.
fn secret(algorithm: Algorithm) -> Option<Zeroizing<Vec<u8>>> {
    let len = match algorithm {
        Algorithm::HS512 => 64,
        Algorithm::HS384 => 48,
        _ => 32,
    };
    let mut secret = Zeroizing::new(vec![0; len]);
    aws_lc_rs::rand::fill(&mut secret).ok()?;
    Some(secret)
}

type Pair = (Zeroizing<Vec<u8>>, Vec<u8>);

/// A private key in PKCS#8, and its public half as a `SubjectPublicKeyInfo`.
fn generate(algorithm: Algorithm) -> Option<Pair> {
    match algorithm {
        Algorithm::ES256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::ES384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
        Algorithm::ES512 => ecdsa(&ECDSA_P521_SHA512_FIXED_SIGNING),
        Algorithm::EdDSA => {
            let pair = Ed25519KeyPair::generate().ok()?;
            encoded(pair.to_pkcs8v1().ok()?.as_ref(), pair.public_key())
        }
        Algorithm::MlDsa44 => ml_dsa(&ML_DSA_44_SIGNING),
        Algorithm::MlDsa65 => ml_dsa(&ML_DSA_65_SIGNING),
        Algorithm::MlDsa87 => ml_dsa(&ML_DSA_87_SIGNING),
        _ => {
            let pair = RsaKeyPair::generate(KeySize::Rsa3072).ok()?;
            encoded(
                AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).ok()?.as_ref(),
                pair.public_key(),
            )
        }
    }
}

fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm) -> Option<Pair> {
    let pair = EcdsaKeyPair::generate(algorithm).ok()?;
    encoded(pair.to_pkcs8v1().ok()?.as_ref(), pair.public_key())
}

fn ml_dsa(algorithm: &'static PqdsaSigningAlgorithm) -> Option<Pair> {
    let pair = PqdsaKeyPair::generate(algorithm).ok()?;
    encoded(pair.to_pkcs8v1().ok()?.as_ref(), pair.public_key())
}

fn encoded(private: &[u8], public: &impl AsDer<PublicKeyX509Der<'static>>) -> Option<Pair> {
    let private = Zeroizing::new(private.to_vec());
    Some((private, public.as_der().ok()?.as_ref().to_vec()))
}

fn pem(tag: &str, der: &[u8]) -> String {
    let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_config(&Pem::new(tag, der), config)
}

/// Makes a file that is not there yet: a key that is in use must not be lost.
fn create(path: &Path, part: &Part) -> Result<(), Failure> {
    let file = File::options()
        .write(true)
        .create_new(true)
        .mode(part.mode)
        .open(path);
    let unwritable =
        |error| Failure::about(path.display(), format!("the file cannot be made: {error}"));
    let mut file = file.map_err(unwritable)?;
    let written = file
        .write_all(part.text.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(|error| {
        let _ = fs::remove_file(path);
        unwritable(error)
    })
}
