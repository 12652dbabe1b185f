//! What runs for one configuration.

use std::borrow::Borrow;

use crate::config::{Config, ConfigError, IssuerRules, Rules};
use crate::grant::Grant;
use crate::host::log::{Log, LogLevel};
use crate::keys::{KeyIdentity, KeySet};
use crate::refusal::Refusal;
use crate::revocations::{Issued, WatchedRevocations};
use crate::token::Cache;

/// One configuration in force: its rules and keys, the tokens that were verified, and the revocations with
/// the thread that looks for changes of their file.
pub(super) struct Running {
    pub(super) rules: Rules,
    pub(super) issuer: Issuer,
    pub(super) cache: Cache,
    revocations: Option<WatchedRevocations>,
}

/// What the tokens of an issuer must be like, and its keys with the thread that fetches more of them.
pub(super) struct Issuer {
    pub(super) rules: IssuerRules,
    pub(super) keys: KeySet,
}

impl Running {
    /// Starts what the configuration asks for, and says so in the log. What would be the same as
    /// `before` is taken over from it: the keys of an endpoint with the thread that fetches them, and the
    /// tokens that were verified.
    ///
    /// # Errors
    ///
    /// A thread cannot be started, or the system has no random numbers.
    pub(super) fn start(
        config: Config,
        before: Option<&Self>,
        log: &Log,
    ) -> Result<Self, ConfigError> {
        let description = config.keys.describe();
        if before.is_none() {
            // Before the first line of a thread that is started here.
            log.write(LogLevel::Info, || description.clone());
        }
        let cache = before
            .filter(|before| before.remembers_for(&config))
            .map(|before| &before.cache)
            .filter(|cache| cache.capacity() == config.cache_capacity);
        let cache = match cache {
            Some(cache) => cache.clone(),
            None => Cache::new(config.cache_capacity)
                .map_err(|problem| ConfigError::at("cache_capacity", problem))?,
        };
        let start = |file| WatchedRevocations::start(file, log);
        let revocations = config.revocations.map(start).transpose();
        let revocations =
            revocations.map_err(|problem| ConfigError::at("revocations_file", problem))?;
        let keys = KeySet::start(config.keys, before.map(|before| &before.issuer.keys), log)
            .map_err(|problem| ConfigError::at("endpoint", problem))?;
        if before.is_some() {
            log.write(LogLevel::Info, || format!("reloaded: {description}"));
        }
        Ok(Self {
            rules: config.rules,
            issuer: Issuer {
                rules: config.issuer,
                keys,
            },
            cache,
            revocations,
        })
    }

    /// Stops the threads that `after` has not taken over.
    pub(super) fn stop(&self, after: &Self) {
        if let Some(revocations) = &self.revocations {
            revocations.stop();
        }
        self.issuer.keys.stop(&after.issuer.keys);
    }

    /// Whether what is remembered of a token holds by this configuration as well.
    fn remembers_for(&self, config: &Config) -> bool {
        self.rules.claims == config.rules.claims
            && (self.issuer.rules.policy).has_same_acl_claim(&config.issuer.policy)
    }

    /// Refuses a token that was verified by this key and is revoked. `token` is called only where
    /// something can be.
    pub(super) fn not_revoked<'t, I>(
        &self,
        key: &KeyIdentity,
        token: impl FnOnce() -> I,
    ) -> Result<(), Refusal>
    where
        I: Borrow<Issued<'t>>,
    {
        match &self.revocations {
            Some(file) if file.now().revoke(token().borrow(), key.kid.as_deref()) => {
                Err(Refusal::Revoked)
            }
            _ => Ok(()),
        }
    }

    /// Whether the token of a session is revoked.
    pub(super) fn revokes(&self, grant: &Grant) -> bool {
        self.not_revoked(grant.remembered.key(), || &grant.issued)
            .is_err()
    }
}
