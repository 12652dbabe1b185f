//! The options that name keys, wherever in the configuration they are written.

use zeroize::Zeroizing;

use super::{EndpointOptions, IssuerOptions, Options};
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

/// Makes [`KeyOptions`] of a structure that has options of these names.
macro_rules! take_keys {
    ($options:expr) => {
        KeyOptions {
            secret: $options.secret.take(),
            secret_file: $options.secret_file.take(),
            secret_base64_encoded: $options.secret_base64_encoded,
            public_key: $options.public_key.take(),
            pubkey: $options.pubkey.take(),
            jwks: $options.jwks.take(),
            jwks_file: $options.jwks_file.take(),
            endpoint: EndpointOptions {
                url: $options.endpoint.take(),
                refresh_interval: $options.refresh_interval.take(),
                headers: $options.headers.take(),
                ssl: $options.ssl.take(),
                proxy: $options.proxy.take(),
                bearer_token_file: $options.bearer_token_file.take(),
                max_fail_count: $options.max_fail_count.take(),
            },
        }
    };
}

impl<'a> Options<'a> {
    /// Takes out the options that name the top level's keys.
    pub(crate) fn take_keys(&mut self) -> KeyOptions<'a> {
        take_keys!(self)
    }
}

impl<'a> IssuerOptions<'a> {
    /// Takes out the options that name the issuer's keys.
    pub(crate) fn take_keys(&mut self) -> KeyOptions<'a> {
        take_keys!(self)
    }
}
