//! Ed25519 public keys (RFC 8032).

use aws_lc_rs::signature::{ED25519, ED25519_PUBLIC_KEY_LEN, ParsedPublicKey};

use super::identity::{Material, rejected};

/// Parses a public key: 32 bytes (RFC 8032 section 5.1.5).
pub(super) fn parse(bytes: &[u8]) -> Result<(ParsedPublicKey, Material), String> {
    let mut y: [u8; ED25519_PUBLIC_KEY_LEN] = bytes
        .try_into()
        .map_err(|_| "an Ed25519 key that is not 32 bytes long".to_owned())?;
    // The last bit is the sign of x; both signs have the same order.
    y[ED25519_PUBLIC_KEY_LEN - 1] &= 0x7f;
    if SMALL_ORDER.contains(&y) {
        return Err("an Ed25519 key for which anybody can sign".to_owned());
    }
    let parsed = ParsedPublicKey::new(&ED25519, bytes).map_err(rejected)?;
    Ok((parsed, Material::of("Ed25519", &[bytes])))
}

/// The y coordinates of the points of order 4, 1, 8, 8 and 2 on Ed25519's curve, as keys encode them.
/// For a key of such an order signatures can be made without a private key, and the verification
/// does not refuse them by itself.
const SMALL_ORDER: [[u8; ED25519_PUBLIC_KEY_LEN]; 5] = [
    [
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00,
    ],
    [
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x7f,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// R is the neutral element and S is 0: good for every key A and message with h * A = R, which
    /// for a point of small order is every eighth message at least.
    fn can_be_forged(key: [u8; ED25519_PUBLIC_KEY_LEN]) -> bool {
        let mut signature = [0; 64];
        signature[0] = 1;
        ParsedPublicKey::new(&ED25519, key).is_ok_and(|key| {
            (0_u32..400).any(|message| key.verify_sig(&message.to_le_bytes(), &signature).is_ok())
        })
    }

    #[test]
    fn a_key_that_anybody_can_sign_for_is_refused() {
        for mut key in SMALL_ORDER {
            assert!(can_be_forged(key), "{key:02x?}");
            for sign in [0, 0x80] {
                key[31] |= sign;
                let refused = parse(&key).err();
                assert_eq!(
                    refused.as_deref(),
                    Some("an Ed25519 key for which anybody can sign")
                );
            }
        }
    }
}
