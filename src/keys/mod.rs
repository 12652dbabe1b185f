//! The keys a verifier trusts: secrets, PEM and JSON Web Keys become [`Key`]s.

mod ecdsa;
mod ed25519;
mod identity;
mod index;
pub(crate) mod jwk;
mod key;
mod mac;
pub(crate) mod misplaced;
pub(crate) mod pem;
mod rsa;
pub(crate) mod secret;
mod set;
mod signature_format;

pub(crate) use identity::KeyIdentity;
pub(crate) use index::KeyIndex;
pub(crate) use key::Key;
pub(crate) use set::{KeySet, KeySources, Keys};
pub(crate) use signature_format::{Mismatch, SignatureFormat};
