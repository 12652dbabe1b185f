//! The keys a verifier trusts: secrets, PEM and JSON Web Keys become [`Key`]s.

mod base64;
mod der;
mod ecdsa;
mod ed25519;
mod identity;
mod index;
pub(crate) mod jwk;
mod key;
mod mac;
pub(crate) mod misplaced;
mod misreading;
mod ml_dsa;
mod name;
mod pem;
mod primitives;
pub(crate) mod public_key;
mod rsa;
pub(crate) mod secret;
mod set;
mod signature_format;
mod spki;

pub(crate) use identity::KeyIdentity;
pub(crate) use index::KeyIndex;
pub(crate) use key::Key;
pub(crate) use misreading::Misreadings;
pub(crate) use name::{KeyName, KidFrom};
pub(crate) use set::{KeySet, KeySources, Keys};
pub(crate) use signature_format::{Mismatch, SignatureFormat};
