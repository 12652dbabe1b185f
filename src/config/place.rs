//! Where in the configuration an option stands.

use std::fmt;

use super::ConfigError;
use super::options::EndpointOptions;
use crate::host::quote::quoted;

/// Where in the configuration the options about an endpoint stand, for the errors that name them.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    /// What leads to each option: nothing at the top level, or such as `issuers[2].`.
    pub(super) prefix: &'p str,
    /// The option that holds the URL.
    pub(super) url: &'p str,
}

impl Place<'_> {
    /// The top level, with its `endpoint`.
    pub(super) const TOP: Self = Place {
        prefix: "",
        url: "endpoint",
    };

    /// The whole name of an option.
    pub(super) fn name(self, option: &str) -> String {
        format!("{}{option}", self.prefix)
    }

    /// A defect of an option.
    pub(super) fn error(self, option: &str, problem: impl fmt::Display) -> ConfigError {
        ConfigError::at(&self.name(option), problem)
    }

    /// Refuses options about an endpoint that is not there: they were meant for something.
    pub(super) fn without_url(self, options: &EndpointOptions) -> Result<(), ConfigError> {
        for (option, is_given) in [
            ("refresh_interval", options.refresh_interval.is_some()),
            ("headers", options.headers.is_some()),
            ("ssl", options.ssl.is_some()),
            ("proxy", options.proxy.is_some()),
            ("bearer_token_file", options.bearer_token_file.is_some()),
            ("max_fail_count", options.max_fail_count.is_some()),
        ] {
            if is_given {
                let url = self.name(self.url);
                return Err(self.error(option, format!("there is no {}", quoted(&url))));
            }
        }
        Ok(())
    }
}
