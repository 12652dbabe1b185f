//! RSA public keys (RFC 8017), for PKCS#1 v1.5 and PSS signatures.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{self as parameters, ParsedPublicKey, RsaParameters};

use super::identity::{Material, rejected};
use crate::algorithm::Algorithm;

/// The sizes of RSA moduli in bits that are neither weak nor a way to burn processor time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The longest RSA exponent in bits: the one limit that the verification has as well.
const LONGEST_EXPONENT: usize = 33;

/// The algorithms that an RSA key may verify, unless it is bound to one of them.
const ALGORITHMS: [(Algorithm, &RsaParameters); 6] = [
    (Algorithm::RS256, &parameters::RSA_PKCS1_2048_8192_SHA256),
    (Algorithm::RS384, &parameters::RSA_PKCS1_2048_8192_SHA384),
    (Algorithm::RS512, &parameters::RSA_PKCS1_2048_8192_SHA512),
    (Algorithm::PS256, &parameters::RSA_PSS_2048_8192_SHA256),
    (Algorithm::PS384, &parameters::RSA_PSS_2048_8192_SHA384),
    (Algorithm::PS512, &parameters::RSA_PSS_2048_8192_SHA512),
];

/// Parses a public key, modulus and exponent big-endian, for each of its algorithms.
pub(super) fn parse(
    modulus: &[u8],
    exponent: &[u8],
) -> Result<(Vec<(Algorithm, ParsedPublicKey)>, Material), String> {
    let (n, e) = (
        without_leading_zeros(modulus),
        without_leading_zeros(exponent),
    );
    let size = bits(n);
    if !RSA_BITS.contains(&size) {
        return Err(format!(
            "an RSA key of {size} bits; {} to {} bits are accepted",
            RSA_BITS.start(),
            RSA_BITS.end()
        ));
    }
    let even = |number: &[u8]| number.last().is_none_or(|byte| byte % 2 == 0);
    if even(n) {
        return Err("an RSA key with an even modulus".to_owned());
    }
    if even(e) || e == [1] || bits(e) > LONGEST_EXPONENT {
        return Err("an RSA key whose exponent is even, below 3, or too long".to_owned());
    }
    let components = PublicKeyComponents { n, e };
    // AWS-LC prepares a key at its first verification, under a lock. One is made here, so that no check
    // takes that lock, and no process is forked while a check holds it.
    let no_signature: Vec<u8> = (0..n.len()).map(|index| u8::from(index > 0)).collect();
    let mut parsed = Vec::with_capacity(ALGORITHMS.len());
    for (algorithm, parameters) in ALGORITHMS {
        let key = components
            .to_parsed_public_key(parameters)
            .map_err(rejected)?;
        let _ = key.verify_sig(b"", &no_signature);
        parsed.push((algorithm, key));
    }
    Ok((parsed, Material::of("RSA", &[n, e])))
}

pub(super) fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The length in bits of a number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let unused = number
        .first()
        .map_or(0, |byte| byte.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(unused)
}
