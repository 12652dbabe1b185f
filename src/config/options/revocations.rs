//! The option `revocations_endpoint`.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{EndpointOptions, Ssl, Whole};

/// Where a list of revocations is fetched from, and how. Options that are not described here mean the same as
/// for `endpoint`.
#[derive(serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[cfg_attr(test, schemars(transform = super::schema::between_options_of_revocations))]
#[serde(deny_unknown_fields)]
pub(crate) struct RevocationsEndpoint {
    /// The http or https URL of the list, whose form is that of `revocations_file`.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) url: String,

    /// Seconds between two fetches, and so about how long a revocation takes.
    #[serde(default)]
    pub(crate) refresh_interval: Whole<1, 2_592_000, 60>,

    #[serde(skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<BTreeMap<String, String>>"))]
    pub(crate) headers: Option<BTreeMap<String, Zeroizing<String>>>,

    pub(crate) ssl: Option<Ssl>,

    #[serde(skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<String>", length(min = 1)))]
    pub(crate) proxy: Option<Zeroizing<String>>,

    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) bearer_token_file: Option<String>,
}

impl From<RevocationsEndpoint> for EndpointOptions {
    fn from(options: RevocationsEndpoint) -> Self {
        Self {
            url: Some(options.url),
            refresh_interval: Some(Whole(options.refresh_interval.0)),
            headers: options.headers,
            ssl: options.ssl,
            proxy: options.proxy,
            bearer_token_file: options.bearer_token_file,
            // A list that is dropped would make revoked tokens good again, or lock everybody out.
            max_fail_count: Some(Whole(0)),
        }
    }
}
