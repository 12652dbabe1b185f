//! ML-DSA public keys (FIPS 204): the pure mode, with an empty context (RFC 9964 section 3).

use aws_lc_rs::signature::{
    self as algorithms, ParsedPublicKey, PqdsaSigningAlgorithm, PqdsaVerificationAlgorithm,
};

use super::identity::{Material, rejected};
use crate::algorithm::Algorithm;

/// Parses a public key for this algorithm: the bytes of FIPS 204 algorithm 22, `pkEncode`.
pub(super) fn parse(
    algorithm: Algorithm,
    bytes: &[u8],
) -> Result<(ParsedPublicKey, Material), String> {
    let (verification, signing): (&'static PqdsaVerificationAlgorithm, PqdsaSigningAlgorithm) =
        match algorithm {
            Algorithm::MlDsa44 => (&algorithms::ML_DSA_44, algorithms::ML_DSA_44_SIGNING),
            Algorithm::MlDsa65 => (&algorithms::ML_DSA_65, algorithms::ML_DSA_65_SIGNING),
            Algorithm::MlDsa87 => (&algorithms::ML_DSA_87, algorithms::ML_DSA_87_SIGNING),
            other => return Err(format!("{other} is not ML-DSA")),
        };
    // The parser takes a whole SubjectPublicKeyInfo as well.
    let len = signing.public_key_len();
    if bytes.len() != len {
        return Err(format!("an {algorithm} key that is not {len} bytes long"));
    }
    let parsed = ParsedPublicKey::new(verification, bytes).map_err(rejected)?;
    Ok((parsed, Material::of(algorithm.name(), &[bytes])))
}
