//! From JSON text to a [`Config`] in which everything has been checked.

mod endpoint;
mod key_sources;
mod options;
mod verify_claims;

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde_path_to_error::{Path, Segment};

use crate::client::Field;
use crate::host::log::Log;
use crate::host::quote::quoted;
use crate::json::{self, Json};
use crate::keys::{KeyIdentity, KeySet, SignatureFormat};
use crate::policy::Policy;
use crate::refusal::{Decision, Refusal};
use crate::revocations::{Issue, RevocationsFile};
use crate::token::cache::Cache;
use crate::token::claims::DateRules;
use crate::token::compact::TokenRules;

use options::{Disposition, Options};

/// A configuration, ready for use.
pub(crate) struct Config {
    pub(crate) from: Field,
    pub(crate) token: TokenRules,
    pub(crate) keys: KeySet,
    pub(crate) signature_format: Option<SignatureFormat>,
    pub(crate) dates: DateRules,
    pub(crate) policy: Policy,
    /// A session ends when its token expires.
    pub(crate) disconnect_after_expire: bool,
    pub(crate) dispositions: Dispositions,
    revocations: Option<RevocationsFile>,
    cache_capacity: u32,
    /// Verified tokens; none: they are not remembered, or not yet.
    pub(crate) cache: Option<Arc<Cache>>,
}

impl Config {
    /// Whether a token, verified by this key, is no longer good.
    pub(crate) fn revokes<'t, I>(&self, key: &KeyIdentity, token: impl FnOnce() -> I) -> bool
    where
        I: Borrow<Issue<'t>>,
    {
        self.revocations
            .as_ref()
            .is_some_and(|file| file.now().revoke(token().borrow(), key.kid.as_deref()))
    }

    /// Stops what runs in the background and was not taken over by the configuration after.
    pub(crate) fn stop(&self, after: &Self) {
        if let Some(file) = &self.revocations {
            file.stop();
        }
        self.keys.stop(&after.keys);
    }

    /// Starts what runs in the background, or takes it over from the configuration before.
    pub(crate) fn start(&mut self, before: Option<&Self>, log: &Log) -> Result<(), ConfigError> {
        if let Some(file) = &mut self.revocations {
            file.watch(log)
                .map_err(|problem| ConfigError::at("revocations_file", problem))?;
        }
        let cache = before.and_then(|before| before.cache.clone());
        let is_same = |cache: &Arc<Cache>| {
            cache.capacity() == self.cache_capacity
                && before.is_some_and(|before| before.policy.reads_as(&self.policy))
        };
        self.cache = match cache.filter(is_same) {
            None => Cache::new(self.cache_capacity)
                .map_err(|problem| ConfigError::at("cache_capacity", problem))?
                .map(Arc::new),
            same => same,
        };
        let started = self.keys.start(before.map(|before| &before.keys), log);
        started.map_err(|problem| ConfigError::at("endpoint", problem))
    }

    /// Reads the options, then the keys they name. Warnings go to `log`.
    pub(crate) fn parse(text: &str, log: &Log) -> Result<Self, ConfigError> {
        let json = read(text)?;
        let mut options: Options<'_> = serde_path_to_error::deserialize(json)
            .map_err(|error| ConfigError::within(error.path(), error.inner()))?;
        if options.acl_claim_name.is_empty() {
            return Err(ConfigError::at("acl_claim_name", "the name is empty"));
        }
        let keys = key_sources::load(&mut options, log)?;
        let revocations = options
            .revocations_file
            .take()
            .map(RevocationsFile::read)
            .transpose()
            .map_err(|problem| ConfigError::at("revocations_file", problem))?;
        if let Some(algorithms) = &options.algorithms {
            if algorithms.is_empty() {
                return Err(ConfigError::at("algorithms", "the list is empty"));
            }
            if let Some(unserved) = algorithms
                .iter()
                .find(|algorithm| !keys.serves(**algorithm))
            {
                let problem = format!("no configured key can verify {unserved}");
                return Err(ConfigError::at("algorithms", problem));
            }
        }
        Ok(Self {
            from: options.from,
            token: TokenRules {
                max_size: options.max_token_size.0 as usize,
                algorithms: options.algorithms,
            },
            keys,
            signature_format: options.signature_format,
            dates: DateRules {
                leeway: options.leeway.0.into(),
                require_exp: options.require_exp,
                check_iat: options.check_iat,
            },
            policy: Policy::new(options.verify_claims.0, &options.acl_claim_name),
            disconnect_after_expire: options.disconnect_after_expire,
            dispositions: Dispositions {
                missing: options.on_missing,
                malformed: options.on_malformed,
                unknown_key: options.on_unknown_key,
            },
            revocations,
            cache_capacity: options.cache_capacity.0,
            cache: None,
        })
    }
}

/// Reads the text as JSON. The path to a defect is kept, so that the error names the option.
fn read(text: &str) -> Result<Json<'_>, ConfigError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let json = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().clone();
        ConfigError::within(&path, json::Error::from(error.into_inner()))
    })?;
    let end = reader.end().map_err(json::Error::from);
    end.map_err(ConfigError::whole)?;
    Ok(json)
}

/// Which refusals are left to the broker's next authenticator.
#[derive(Debug)]
pub(crate) struct Dispositions {
    missing: Disposition,
    malformed: Disposition,
    unknown_key: Disposition,
}

impl Dispositions {
    pub(crate) fn decide(&self, refusal: &Refusal) -> Decision {
        let disposition = match refusal {
            Refusal::MissingToken => self.missing,
            Refusal::MalformedToken(_) => self.malformed,
            Refusal::NoKey(..) | Refusal::UnknownKeyId(_) => self.unknown_key,
            _ => Disposition::Deny,
        };
        match disposition {
            Disposition::Deny => Decision::Deny,
            Disposition::Ignore => Decision::Ignore,
        }
    }
}

/// Why a configuration was not accepted: a sentence that names the option and quotes no value.
#[derive(Debug)]
pub struct ConfigError(String);

impl ConfigError {
    /// A defect of one option, named by its path.
    fn at(path: &str, problem: impl fmt::Display) -> Self {
        Self(format!("{}: {problem}", quoted(path)))
    }

    /// A defect at a path, as far as it has names: JSON may break off before one is read.
    fn within(path: &Path, problem: impl fmt::Display) -> Self {
        let named = path
            .iter()
            .any(|segment| !matches!(segment, Segment::Unknown));
        if named {
            Self::at(path.to_string().trim_end_matches(".?"), problem)
        } else {
            Self::whole(problem)
        }
    }

    /// A defect of no single option.
    pub(crate) fn whole(problem: impl fmt::Display) -> Self {
        Self(format!("the configuration: {problem}"))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}
