//! What runs for one configuration.

use std::borrow::Borrow;
use std::time::{Duration, Instant};

use crate::config::{Config, ConfigError, IssuersConfig, Rules};
use crate::grant::Grant;
use crate::host::clock::Clock;
use crate::host::log::{Log, LogLevel};
use crate::keys::KeyIdentity;
use crate::refusal::Refusal;
use crate::remote::{Awaited, Endpoint};
use crate::revocations::{
    Issued, RevocationLists, RevocationSources, Standing, WatchedRevocations,
};
use crate::token::Cache;

use super::issuers::Issuers;

/// One configuration in force: its rules and keys, the tokens that were verified, and the revocations with
/// the threads that keep them current.
pub(super) struct Running {
    pub(super) rules: Rules,
    pub(super) issuers: Issuers,
    pub(super) cache: Cache,
    pub(super) revocations: Option<RevocationLists>,
}

impl Running {
    /// Starts what the configuration asks for, and says so in the log. What would be the same as
    /// `before` is taken over from it: what an endpoint has brought with the thread that fetches it, and the
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
        let loaded = config.issuers.loaded();
        let mut description = config.issuers.describe();
        description.push_str(&config.revocations.describe());
        if before.is_none() {
            // Before the first line of a thread that is started here.
            tell(&loaded, description.clone(), log);
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
        let (revocations, issuers) =
            Self::start_threads(config.revocations, config.issuers, before, log, clock)?;
        if before.is_some() {
            tell(&loaded, format!("reloaded: {description}"), log);
        }
        Ok(Self {
            rules: config.rules,
            issuers,
            cache,
            revocations,
        })
    }

    /// Starts what looks for changes and what fetches. An endpoint that goes on changes what is in force, so the
    /// threads that are new, which can fail, come first.
    fn start_threads(
        revocations: RevocationSources,
        issuers: IssuersConfig,
        before: Option<&Self>,
        log: &Log,
        clock: &Clock,
    ) -> Result<(Option<RevocationLists>, Issuers), ConfigError> {
        let RevocationSources { file, endpoint } = revocations;
        let file = file
            .map(|file| WatchedRevocations::start(file, log))
            .transpose()
            .map_err(|problem| ConfigError::at("revocations_file", problem))?;
        let lists_before = before.and_then(|before| before.revocations.as_ref());
        let endpoint_before = lists_before.and_then(RevocationLists::endpoint);
        let fetch = |settings| {
            Endpoint::start(settings, endpoint_before, log, clock)
                .map_err(|problem| ConfigError::at("revocations_endpoint", problem))
        };
        let goes_on = endpoint
            .as_ref()
            .is_some_and(|settings| Endpoint::goes_on(settings, endpoint_before));
        let (going_on, new) = if goes_on {
            (endpoint, None)
        } else {
            (None, endpoint)
        };
        let new = new.map(fetch).transpose()?;
        let issuers = Issuers::start(issuers, before.map(|before| &before.issuers), log, clock)?;
        let going_on = going_on.map(fetch).transpose()?;
        let lists = RevocationLists::of(file, going_on.or(new), lists_before);
        Ok((lists, issuers))
    }

    /// The endpoints.
    fn awaited(&self) -> impl Iterator<Item = &dyn Awaited> {
        let of_revocations = (self.revocations.as_ref()).and_then(RevocationLists::awaited);
        self.issuers.awaited().chain(of_revocations)
    }

    /// Waits until each endpoint has answered once, well or not, or was stopped; for no longer than until
    /// `start` is this time ago.
    pub(super) fn wait_for_answers(&self, start: Instant, time: Duration) {
        for endpoint in self.awaited() {
            endpoint.wait_for_answer(time.saturating_sub(start.elapsed()));
        }
    }

    /// Whether each endpoint has brought what it is for.
    pub(super) fn is_ready(&self) -> bool {
        self.awaited().all(Awaited::has_content)
    }

    /// Stops the threads that `after` has not taken over.
    pub(super) fn stop(&self, after: &Self) {
        if let Some(revocations) = &self.revocations {
            revocations.stop(after.revocations.as_ref());
        }
        self.issuers.stop(&after.issuers);
    }

    /// Whether what is remembered of a token holds by this configuration as well.
    fn remembers_for(&self, config: &Config) -> bool {
        self.rules.claims == config.rules.claims
            && self.issuers.have_same_acl_claims(&config.issuers)
    }

    /// Refuses a token that was verified by this key and is revoked, or of which that is not known yet. `token`
    /// is called only where something can be.
    pub(super) fn not_revoked<'t, I>(
        &self,
        key: &KeyIdentity,
        token: impl FnOnce() -> I,
    ) -> Result<(), Refusal>
    where
        I: Borrow<Issued<'t>>,
    {
        let Some(lists) = &self.revocations else {
            return Ok(());
        };
        match lists.standing(token().borrow(), key.kid.as_deref()) {
            Standing::Good => Ok(()),
            Standing::Revoked => Err(Refusal::Revoked),
            Standing::Unknown => Err(Refusal::RevocationsUnavailable),
        }
    }

    /// Has the list asked for again soon that a token was refused for want of.
    #[cold]
    pub(super) fn request_revocations(&self, refusal: &Refusal) {
        if let (Refusal::RevocationsUnavailable, Some(lists)) = (refusal, &self.revocations) {
            lists.request();
        }
    }

    /// Whether the key that verified the token of a session is gone, from among those by which the token
    /// would be verified now.
    pub(super) fn lacks_key_of(&self, grant: &Grant) -> bool {
        let issuer = self.issuers.named(grant.issued().issuer.as_deref());
        let key = grant.remembered.key();
        issuer.keys.now().lost(key, self.rules.kid_from)
    }

    /// Whether the token of a session is known to be revoked. A list that is yet to come ends no session.
    pub(super) fn revokes(&self, grant: &Grant) -> bool {
        let kid = grant.remembered.key().kid.as_deref();
        (self.revocations.as_ref())
            .is_some_and(|lists| lists.standing(&grant.issued(), kid) == Standing::Revoked)
    }
}

/// Tells what was loaded, and then in one line of all.
fn tell(loaded: &[String], summary: String, log: &Log) {
    for line in loaded {
        log.write(LogLevel::Info, || line.clone());
    }
    log.write(LogLevel::Info, || summary);
}
