//! What runs for one configuration.

use std::borrow::Borrow;

use crate::config::{Config, ConfigError, Rules};
use crate::grant::Grant;
use crate::host::clock::Clock;
use crate::host::log::{Log, LogLevel};
use crate::keys::KeyIdentity;
use crate::refusal::Refusal;
use crate::revocations::{Issued, WatchedRevocations};
use crate::token::Cache;

use super::issuers::Issuers;

/// One configuration in force: its rules and keys, the tokens that were verified, and the revocations with
/// the thread that looks for changes of their file.
pub(super) struct Running {
    pub(super) rules: Rules,
    pub(super) issuers: Issuers,
    pub(super) cache: Cache,
    pub(super) revocations: Option<WatchedRevocations>,
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
        clock: &Clock,
    ) -> Result<Self, ConfigError> {
        let description = config.issuers.describe();
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
        let issuers_before = before.map(|before| &before.issuers);
        let issuers = Issuers::start(config.issuers, issuers_before, log, clock)?;
        if before.is_some() {
            log.write(LogLevel::Info, || format!("reloaded: {description}"));
        }
        Ok(Self {
            rules: config.rules,
            issuers,
            cache,
            revocations,
        })
    }

    /// Stops the threads that `after` has not taken over.
    pub(super) fn stop(&self, after: &Self) {
        if let Some(revocations) = &self.revocations {
            revocations.stop();
        }
        self.issuers.stop(&after.issuers);
    }

    /// Whether what is remembered of a token holds by this configuration as well.
    fn remembers_for(&self, config: &Config) -> bool {
        self.rules.claims == config.rules.claims
            && self.issuers.have_same_acl_claims(&config.issuers)
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

    /// Whether the key that verified the token of a session is gone, from among those by which the token
    /// would be verified now.
    pub(super) fn lacks_key_of(&self, grant: &Grant) -> bool {
        let issuer = self.issuers.named(grant.issued.issuer.as_deref());
        let key = grant.remembered.key();
        issuer.keys.now().lost(key, self.rules.kid_from)
    }

    /// Whether the token of a session is revoked.
    pub(super) fn revokes(&self, grant: &Grant) -> bool {
        self.not_revoked(grant.remembered.key(), || &grant.issued)
            .is_err()
    }
}
