//! The keys of a verifier, and which of them may have signed a token.

use std::num::NonZeroU64;
use std::sync::Arc;

use arc_swap::Guard;

use super::identity::KeyIdentity;
use super::index::KeyIndex;
use super::key::Key;
use super::name::{KeyName, KidFrom};
use crate::algorithm::Algorithm;
use crate::host::clock::Clock;
use crate::host::log::Log;
use crate::refusal::Refusal;
use crate::remote::{Awaited, Endpoint, EndpointStatus, Settings};

/// Where keys come from: what the configuration holds, and what is to be fetched.
pub(crate) struct KeySources {
    pub(crate) local: KeyIndex,
    /// How many of these keys each option has brought.
    pub(crate) counts: Vec<(&'static str, usize)>,
    pub(crate) endpoint: Option<Settings>,
}

impl KeySources {
    /// Whether any key may verify this algorithm, now or when more have come.
    pub(crate) fn serves(&self, algorithm: Algorithm) -> bool {
        // A secret is not taken from an endpoint.
        (self.endpoint.is_some() && !algorithm.is_hmac())
            || self.local.all.iter().any(|key| key.serves(algorithm))
    }

    /// Whether there are none, and none will come.
    pub(crate) fn is_empty(&self) -> bool {
        self.local.all.is_empty() && self.endpoint.is_none()
    }

    /// What there is, for the log.
    pub(crate) fn describe(&self) -> String {
        let local = self.local.len();
        match &self.endpoint {
            Some(settings) => {
                let origin = settings.origin();
                format!("ready with {local} key(s); more will come from {origin}")
            }
            None => format!("ready with {local} key(s)"),
        }
    }
}

/// All keys: those of the configuration, in its order, then those that the endpoint has now.
pub(crate) struct KeySet {
    local: KeyIndex,
    counts: Vec<(&'static str, usize)>,
    endpoint: Option<Arc<Endpoint<KeyIndex>>>,
}

impl KeySet {
    /// Whether nothing has to be started for these sources, which the configuration before has as well.
    pub(crate) fn goes_on(sources: &KeySources, before: Option<&Self>) -> bool {
        let before = before.and_then(|before| before.endpoint.as_ref());
        (sources.endpoint.as_ref()).is_none_or(|settings| Endpoint::goes_on(settings, before))
    }

    /// Starts to fetch, if there is an endpoint. One that fetches from the same source already, for
    /// the configuration before, goes on with the keys that it has.
    ///
    /// # Errors
    ///
    /// The thread that fetches cannot be started.
    pub(crate) fn start(
        sources: KeySources,
        before: Option<&Self>,
        log: &Log,
        clock: &Clock,
    ) -> Result<Self, String> {
        let before = before.and_then(|before| before.endpoint.as_ref());
        let start = |settings| Endpoint::start(settings, before, log, clock);
        Ok(Self {
            endpoint: sources.endpoint.map(start).transpose()?,
            local: sources.local,
            counts: sources.counts,
        })
    }

    /// Stops to fetch, unless these keys are fetched by the same thread.
    pub(crate) fn stop(&self, after: Option<&Self>) {
        if let Some(endpoint) = &self.endpoint
            && !after
                .and_then(|after| after.endpoint.as_ref())
                .is_some_and(|after| Arc::ptr_eq(endpoint, after))
        {
            endpoint.stop();
        }
    }

    /// How many keys each option has brought.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let fetched = self.endpoint.as_ref().map(|endpoint| {
            let keys = endpoint.content();
            ("endpoint", keys.as_deref().map_or(0, KeyIndex::len))
        });
        self.counts.iter().copied().chain(fetched)
    }

    /// How the endpoint fares, if there is one.
    pub(crate) fn endpoint_status(&self) -> Option<EndpointStatus> {
        self.endpoint.as_ref().map(|endpoint| endpoint.status())
    }

    /// The endpoint, for who waits for it.
    pub(crate) fn awaited(&self) -> Option<&dyn Awaited> {
        let endpoint = self.endpoint.as_deref()?;
        Some(endpoint)
    }

    /// The keys as they are now.
    pub(crate) fn now(&self) -> Keys<'_> {
        Keys {
            local: &self.local,
            fetched: self.endpoint.as_ref().map(|endpoint| endpoint.content()),
            endpoint: self.endpoint.as_deref(),
            may_request: true,
        }
    }

    /// The same, for who only looks: no name that is unknown makes the endpoint look for it.
    pub(crate) fn looked_at(&self) -> Keys<'_> {
        Keys {
            may_request: false,
            ..self.now()
        }
    }
}

/// All keys of one moment.
pub(crate) struct Keys<'k> {
    local: &'k KeyIndex,
    fetched: Option<Guard<Option<Arc<KeyIndex>>>>,
    endpoint: Option<&'k Endpoint<KeyIndex>>,
    may_request: bool,
}

impl<'l> Keys<'l> {
    fn fetched(&self) -> Option<&KeyIndex> {
        self.fetched.as_ref()?.as_deref()
    }

    /// Whether keys are yet to be fetched.
    pub(crate) fn is_waiting(&self) -> bool {
        self.endpoint.is_some() && self.fetched().is_none()
    }

    /// The keys of this `kid` that serve this algorithm.
    pub(crate) fn named<'k>(
        &'k self,
        kid: &str,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &'k Key> + use<'k, 'l> {
        let sets = [Some(self.local), self.fetched()];
        let named = sets.map(|set| set.map_or(&[][..], |set| set.with_kid(kid)));
        let keys = named.into_iter().flatten().map(Arc::as_ref);
        keys.filter(move |key| key.serves(algorithm))
    }

    /// Whether a key has this `kid`.
    pub(crate) fn has(&self, kid: &str) -> bool {
        let sets = [Some(self.local), self.fetched()];
        (sets.into_iter().flatten()).any(|set| !set.with_kid(kid).is_empty())
    }

    /// Tells these keys from those of any other moment, before or after a reload. None: it cannot be told.
    #[inline]
    pub(crate) fn moment(&self) -> Option<NonZeroU64> {
        let local = NonZeroU64::from(self.local.number?);
        let fetched = match self.fetched() {
            Some(fetched) => fetched.number?.get(),
            None => 0,
        };
        NonZeroU64::new(local.get() << 32 | u64::from(fetched))
    }

    /// Whether they come from an endpoint, so that others may be there soon.
    pub(crate) fn are_fetched(&self) -> bool {
        self.endpoint.is_some()
    }

    /// Whether this key is gone: under whatever `kid`, unless clients choose keys by their names. While keys are
    /// yet to be fetched that is not known of one that was fetched, and the answer is no. One that came from
    /// the configuration is looked for in what there is: an endpoint that is down must not delay its withdrawal.
    pub(crate) fn lost(&self, key: &KeyIdentity, kid_from: KidFrom) -> bool {
        let fetched = self.fetched();
        let is_waiting = self.endpoint.is_some() && fetched.is_none() && key.is_fetched;
        let holds = |set: &KeyIndex| match kid_from {
            KidFrom::Header => set.holds(key),
            KidFrom::ClientId | KidFrom::Username => set.holds_by_name(key),
        };
        !is_waiting && !holds(self.local) && !fetched.is_some_and(holds)
    }

    /// The keys that may have signed a token with this `alg` and name of its key; at least one, and at most
    /// `max_trials`, so that a token whose sender has no key costs no more verifications than that.
    ///
    /// A name that no key has makes the endpoint look for it soon.
    pub(crate) fn select<'k>(
        &'k self,
        algorithm: Algorithm,
        name: KeyName<'_>,
        max_trials: usize,
    ) -> Result<impl Iterator<Item = &'k Key> + Clone + use<'k, 'l>, Refusal> {
        let fetched = self.fetched();
        let sets = [Some(self.local), fetched];
        let choose =
            |by: &dyn Fn(&'k KeyIndex) -> &'k [Arc<Key>]| sets.map(|set| set.map_or(&[][..], by));
        let KeyName { kid, is_clients } = name;
        let named = match kid {
            None if is_clients => return Err(Refusal::ClientWithoutKey),
            None => choose(&|set| &set.all),
            Some(kid) => choose(&|set| set.with_kid(kid)),
        };
        let is_known = kid.is_none() || named.iter().any(|keys| !keys.is_empty());
        let chosen = if is_known || is_clients {
            named
        } else {
            choose(&|set| &set.without_kid)
        };
        let mut fitting = chosen
            .into_iter()
            .flatten()
            .map(Arc::as_ref)
            .filter(move |key| key.serves(algorithm))
            .peekable();
        let fits = fitting.peek().is_some();
        let [local, of_endpoint] = chosen.map(<[_]>::len);
        let is_ambiguous = local.saturating_add(of_endpoint) > max_trials
            && fitting.clone().nth(max_trials).is_some();
        // An endpoint serves no secrets, so it is not asked for any.
        let endpoint = self.endpoint.filter(|_| !algorithm.is_hmac());
        let is_waiting = endpoint.is_some() && fetched.is_none();
        if let Some(endpoint) = endpoint
            && (!is_known || (is_waiting && !fits))
            && self.may_request
        {
            endpoint.request_refresh();
        }
        if fits && !is_ambiguous {
            return Ok(fitting);
        }
        match name.told() {
            kid if is_ambiguous => Err(Refusal::AmbiguousKey(algorithm, kid)),
            _ if is_waiting => Err(Refusal::KeysUnavailable),
            kid if is_known => Err(Refusal::NoKey(algorithm, kid)),
            Some(kid) => Err(Refusal::UnknownKeyId(kid)),
            None => Err(Refusal::ClientWithoutKey),
        }
    }
}

#[cfg(all(test, feature = "endpoint"))]
#[path = "set_tests.rs"]
mod tests;
