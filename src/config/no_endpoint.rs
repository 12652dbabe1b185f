//! In the place of `endpoint` where the library is built without the feature of this name: whatever would have to be
//! fetched is an error of the option that names it.
#![expect(
    clippy::needless_pass_by_value,
    reason = "functions have the arguments of those in whose place they are"
)]

use super::ConfigError;
use super::options::{EndpointOptions, RevocationsEndpoint};
use super::place::Place;
use crate::host::log::Log;
use crate::remote::Settings;

const NOTHING_IS_FETCHED: &str =
    "this library is built without the feature `endpoint`, and fetches nothing";

pub(super) fn settings(
    options: EndpointOptions,
    _issuer: Option<&str>,
    at: Place<'_>,
    _log: &Log,
) -> Result<Option<Settings>, ConfigError> {
    match options.url {
        Some(_) => Err(at.error(at.url, NOTHING_IS_FETCHED)),
        None => at.without_url(&options).map(|()| None),
    }
}

pub(super) fn discovered(
    _issuer: &str,
    _options: EndpointOptions,
    at: Place<'_>,
    _log: &Log,
) -> Result<Settings, ConfigError> {
    let problem = format!(
        "{NOTHING_IS_FETCHED}; an issuer without a key source is where its keys are discovered"
    );
    Err(at.error(at.url, problem))
}

pub(super) fn of_revocations(
    _options: RevocationsEndpoint,
    _log: &Log,
) -> Result<Settings, ConfigError> {
    Err(ConfigError::at(
        "revocations_endpoint.url",
        NOTHING_IS_FETCHED,
    ))
}
