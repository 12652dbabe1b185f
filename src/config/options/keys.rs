//! The options that name keys, wherever in the configuration they are written.

use zeroize::Zeroizing;

use super::{EndpointOptions, Options};
use crate::json::Json;

/// The options that name keys. Each part of the configuration that may have keys has options of these
/// names, and takes them out of itself into this.
pub(crate) struct KeyOptions<'a> {
    pub(crate) secret: Option<Zeroizing<String>>,
    pub(crate) secret_file: Option<String>,
    pub(crate) secret_base64_encoded: bool,
    pub(crate) public_key: Option<String>,
    pub(crate) pubkey: Option<String>,
    pub(crate) jwks: Option<Json<'a>>,
    pub(crate) jwks_file: Option<String>,
    pub(crate) endpoint: EndpointOptions,
}

impl<'a> Options<'a> {
    /// Takes out the options that name the top level's keys.
    pub(crate) fn take_keys(&mut self) -> KeyOptions<'a> {
        KeyOptions {
            secret: self.secret.take(),
            secret_file: self.secret_file.take(),
            secret_base64_encoded: self.secret_base64_encoded,
            public_key: self.public_key.take(),
            pubkey: self.pubkey.take(),
            jwks: self.jwks.take(),
            jwks_file: self.jwks_file.take(),
            endpoint: self.take_endpoint(),
        }
    }
}
