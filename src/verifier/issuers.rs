//! By whose rules and keys a token is checked.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::config::{ConfigError, IssuerConfig, IssuerRules, IssuersConfig};
use crate::host::clock::Clock;
use crate::host::log::Log;
use crate::keys::KeySet;
use crate::refusal::Refusal;
use crate::remote::Awaited;
use crate::stats::label;
use crate::token::{PermittedToken, Preview};

/// What the tokens of an issuer must be like, and its keys with the thread that fetches more of them.
pub(super) struct Issuer {
    /// As the statistics show it; empty: the top level.
    pub(super) name: Box<str>,
    pub(super) rules: IssuerRules,
    pub(super) keys: KeySet,
}

/// The issuers of a configuration.
pub(super) struct Issuers {
    /// The top level of the configuration: for tokens of any issuer that is not listed.
    unlisted: Issuer,
    /// Those of `issuers`, by the exact `iss` of their tokens.
    listed: HashMap<Box<str>, Issuer, RandomState>,
}

impl Issuer {
    fn start(
        name: &str,
        config: IssuerConfig,
        before: Option<&Self>,
        log: &Log,
        clock: &Clock,
    ) -> Result<Self, ConfigError> {
        let settings = config.keys.endpoint.as_ref();
        let option = settings.map(|settings| settings.option().to_owned());
        let keys = KeySet::start(config.keys, before.map(|before| &before.keys), log, clock)
            .map_err(|problem| ConfigError::at(&option.unwrap_or_default(), problem))?;
        Ok(Self {
            name: label(name),
            rules: config.rules,
            keys,
        })
    }
}

impl Issuers {
    /// Starts to fetch the keys of each. An issuer of the same name in the configuration before gives over
    /// what it has. That changes what is in force, so threads that are new, which can fail, come first.
    pub(super) fn start(
        config: IssuersConfig,
        before: Option<&Self>,
        log: &Log,
        clock: &Clock,
    ) -> Result<Self, ConfigError> {
        let IssuersConfig { unlisted, listed } = config;
        let unlisted_before = before.map(|before| &before.unlisted);
        let before = |name: &str| before.and_then(|before| before.listed.get(name));
        let goes_on = |config: &IssuerConfig, before: Option<&Issuer>| {
            KeySet::goes_on(&config.keys, before.map(|before| &before.keys))
        };
        let (go_on, new): (Vec<_>, Vec<_>) =
            (listed.into_iter()).partition(|(name, config)| goes_on(config, before(name)));
        let mut started = HashMap::default();
        for (name, config) in new {
            let issuer = Issuer::start(&name, config, before(&name), log, clock)?;
            started.insert(name, issuer);
        }
        let unlisted = Issuer::start("", unlisted, unlisted_before, log, clock)?;
        for (name, config) in go_on {
            let issuer = Issuer::start(&name, config, before(&name), log, clock)?;
            started.insert(name, issuer);
        }
        Ok(Self {
            unlisted,
            listed: started,
        })
    }

    /// The endpoint of each issuer that has one.
    pub(super) fn awaited(&self) -> impl Iterator<Item = &dyn Awaited> {
        std::iter::once(&self.unlisted)
            .chain(self.listed.values())
            .filter_map(|issuer| issuer.keys.awaited())
    }

    /// Stops the threads that `after` has not taken over.
    pub(super) fn stop(&self, after: &Self) {
        self.unlisted.keys.stop(Some(&after.unlisted.keys));
        for (name, issuer) in &self.listed {
            let after = after.listed.get(name).map(|after| &after.keys);
            issuer.keys.stop(after);
        }
    }

    /// Whether the tokens of each issuer carry their topic permissions in the same claim as by this
    /// configuration.
    pub(super) fn have_same_acl_claims(&self, config: &IssuersConfig) -> bool {
        let ours = |name: &str| &self.named(Some(name)).rules.policy;
        let theirs = |name: &str| &config.named(name).rules.policy;
        (self.unlisted.rules.policy).has_same_acl_claim(&config.unlisted.rules.policy)
            && (self.listed.keys().chain(config.listed.keys()))
                .all(|name| ours(name).has_same_acl_claim(theirs(name)))
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Issuer> {
        std::iter::once(&self.unlisted).chain(self.listed.values())
    }

    /// The issuer of a verified `iss`.
    pub(super) fn named(&self, iss: Option<&str>) -> &Issuer {
        iss.and_then(|iss| self.listed.get(iss))
            .unwrap_or(&self.unlisted)
    }

    /// The top level, where no issuers are listed.
    #[inline]
    pub(super) fn only(&self) -> Option<&Issuer> {
        self.listed.is_empty().then_some(&self.unlisted)
    }

    /// The issuer that a token names, by whose rules and keys it is checked. A payload that is no JSON
    /// object, or whose `iss` is no text, names none.
    #[inline]
    pub(super) fn choose(&self, payload: &Preview<'_>) -> &Issuer {
        let listed = payload.issuer().and_then(|iss| iss.choose(&self.listed));
        listed.unwrap_or(&self.unlisted)
    }

    /// The name of one of these issuers; none: of the top level.
    pub(super) fn name(&self, issuer: &Issuer) -> Option<&str> {
        let mut listed = self.listed.iter();
        let (name, _) = listed.find(|(_, listed)| std::ptr::eq(*listed, issuer))?;
        Some(name)
    }

    /// The refusal of a token by the issuer that it names. If that is not known to have the key that the
    /// token names, and it is a key of another issuer that signed the token, the operator is told that.
    #[cold]
    pub(super) fn refuse(
        &self,
        refusal: Refusal,
        chosen: &Issuer,
        token: PermittedToken<'_>,
    ) -> Refusal {
        match refusal {
            Refusal::UnknownKeyId(_) | Refusal::ClientWithoutKey | Refusal::BadSignature => {
                self.wrong_issuer(chosen, token).unwrap_or(refusal)
            }
            _ => refusal,
        }
    }

    /// The refusal of a token that a key of another issuer signed, under a name that no key of the chosen
    /// one has. No more than `max_key_trials` keys are tried.
    fn wrong_issuer(&self, chosen: &Issuer, token: PermittedToken<'_>) -> Option<Refusal> {
        let (kid, algorithm) = (token.key().kid?, token.algorithm());
        let keys = chosen.keys.now();
        if keys.is_waiting() || keys.has(kid) {
            return None;
        }
        let listed = (self.listed.iter()).map(|(name, issuer)| (Some(&**name), issuer));
        let others: Vec<_> = std::iter::once((None, &self.unlisted))
            .chain(listed)
            .filter(|(_, issuer)| !std::ptr::eq(*issuer, chosen))
            .map(|(name, issuer)| (name, issuer.rules.signature.format, issuer.keys.now()))
            .filter(|(.., keys)| keys.has(kid))
            .collect();
        let trials = others
            .iter()
            .map(|(.., keys)| keys.named(kid, algorithm).count());
        if trials.fold(0, usize::saturating_add) > chosen.rules.signature.max_key_trials {
            return None;
        }
        let mut others = others.iter();
        let (signer, ..) = others
            .find(|(_, format, keys)| token.is_signed_by(keys.named(kid, algorithm), *format))?;
        Some(Refusal::WrongIssuer(signer.map(Box::from)))
    }
}
