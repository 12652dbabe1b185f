//! The keys a verifier trusts, and which of them may have signed a token.

mod ecdsa;
mod ed25519;
mod identity;
pub(crate) mod index;
pub(crate) mod jwk;
mod key;
mod mac;
pub(crate) mod pem;
mod rsa;
pub(crate) mod secret;
mod signature_format;

use std::sync::Arc;

use arc_swap::Guard;

use crate::algorithm::Algorithm;
use crate::host::log::Log;
use crate::refusal::Refusal;
use crate::remote::{Endpoint, Settings};
use index::KeyIndex;

pub(crate) use identity::KeyIdentity;
pub(crate) use key::Key;
pub(crate) use signature_format::{Mismatch, SignatureFormat};

/// All keys: those of the configuration, in its order, then those that the endpoint has now.
pub(crate) struct KeySet {
    local: KeyIndex,
    /// What is to be fetched, until [`KeySet::start`].
    settings: Option<Settings>,
    endpoint: Option<Arc<Endpoint>>,
}

impl KeySet {
    /// A set of these keys, and of those that an endpoint will have once it is started.
    pub(crate) fn new(keys: Vec<Key>, settings: Option<Settings>) -> Self {
        Self {
            local: KeyIndex::new(keys),
            settings,
            endpoint: None,
        }
    }

    /// Starts to fetch, if there is an endpoint. One that fetches the same already, for the
    /// configuration before, goes on with the keys that it has; if a `fork` has left its thread
    /// behind, another takes them over.
    pub(crate) fn start(&mut self, before: Option<&Self>, log: &Log) -> Result<(), String> {
        let Some(settings) = self.settings.take() else {
            return Ok(());
        };
        let before = before
            .and_then(|before| before.endpoint.as_ref())
            .filter(|before| before.serves(&settings));
        self.endpoint = Some(match before {
            Some(before) if before.has_thread() => {
                before.adopt(settings);
                Arc::clone(before)
            }
            before => {
                let held = before.and_then(|before| before.keys().clone());
                Arc::new(Endpoint::start(settings, held, log)?)
            }
        });
        Ok(())
    }

    /// Stops to fetch, unless these keys are fetched by the same thread.
    pub(crate) fn stop(&self, after: &Self) {
        if let Some(endpoint) = &self.endpoint
            && !after
                .endpoint
                .as_ref()
                .is_some_and(|after| Arc::ptr_eq(endpoint, after))
        {
            endpoint.stop();
        }
    }

    /// What there is, for the log.
    pub(crate) fn describe(&self) -> String {
        let local = self.local.len();
        match &self.settings {
            Some(settings) => {
                let origin = settings.source.url.origin();
                format!("ready with {local} key(s); more will come from {origin}")
            }
            None => format!("ready with {local} key(s)"),
        }
    }

    /// Whether keys are fetched, or to be fetched.
    pub(crate) fn has_endpoint(&self) -> bool {
        self.settings.is_some() || self.endpoint.is_some()
    }

    /// Whether any key may verify this algorithm, now or when more have come.
    pub(crate) fn serves(&self, algorithm: Algorithm) -> bool {
        (self.has_endpoint() && !algorithm.is_hmac())
            || self.local.all.iter().any(|key| key.serves(algorithm))
    }

    /// The keys as they are now.
    pub(crate) fn now(&self) -> Keys<'_> {
        Keys {
            local: &self.local,
            fetched: self.endpoint.as_ref().map(|endpoint| endpoint.keys()),
            endpoint: self.endpoint.as_deref(),
        }
    }
}

/// All keys of one moment.
pub(crate) struct Keys<'k> {
    local: &'k KeyIndex,
    fetched: Option<Guard<Option<Arc<KeyIndex>>>>,
    endpoint: Option<&'k Endpoint>,
}

impl<'l> Keys<'l> {
    fn fetched(&self) -> Option<&KeyIndex> {
        self.fetched.as_ref()?.as_deref()
    }

    /// Whether this key is gone, under whatever `kid`. Of keys that are yet to be fetched it is not
    /// known, so it is not said.
    pub(crate) fn lack(&self, key: &KeyIdentity) -> bool {
        let fetched = self.fetched();
        let is_waiting = self.endpoint.is_some() && fetched.is_none() && !key.is_secret;
        !is_waiting && !self.local.holds(key) && !fetched.is_some_and(|set| set.holds(key))
    }

    /// The keys that may have signed a token with this `alg` and `kid`; at least one.
    ///
    /// A `kid` that nobody has makes the endpoint look for it soon.
    pub(crate) fn select<'k>(
        &'k self,
        algorithm: Algorithm,
        kid: Option<&str>,
    ) -> Result<impl Iterator<Item = &'k Key> + Clone + use<'k, 'l>, Refusal> {
        let fetched = self.fetched();
        let sets = [Some(self.local), fetched];
        let choose =
            |by: &dyn Fn(&'k KeyIndex) -> &'k [Arc<Key>]| sets.map(|set| set.map_or(&[][..], by));
        let named = match kid {
            None => choose(&|set| &set.all),
            Some(kid) => choose(&|set| set.named(kid)),
        };
        let is_known = kid.is_none() || named.iter().any(|keys| !keys.is_empty());
        let chosen = if is_known {
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
        // An endpoint serves no secrets, so it is not asked for any.
        let endpoint = self.endpoint.filter(|_| !algorithm.is_hmac());
        let is_waiting = endpoint.is_some() && fetched.is_none();
        if let Some(endpoint) = endpoint
            && (!is_known || (is_waiting && !fits))
        {
            endpoint.want_refresh();
        }
        match kid {
            _ if fits => Ok(fitting),
            _ if is_waiting => Err(Refusal::KeysUnavailable),
            Some(kid) if !is_known => Err(Refusal::UnknownKeyId(kid.to_owned())),
            kid => Err(Refusal::NoKey(algorithm, kid.map(str::to_owned))),
        }
    }
}

#[cfg(test)]
mod tests;
