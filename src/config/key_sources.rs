//! The options that name keys: `secret`, `secret_file`, `public_key`, `jwks`, `jwks_file`,
//! `endpoint`.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::ConfigError;
use super::endpoint::{self, Place};
use super::options::{KeyOptions, Options};
use crate::host::file;
use crate::host::log::{Log, LogLevel};
use crate::host::quote::quoted;
use crate::keys::{Key, KeyIndex, KeySources, KidFrom, jwk, public_key, secret};
use crate::remote::Discovery;

/// The most keys that a `jwks_file` may have.
const MOST_KEYS: usize = 10_000;

/// The same where each device has a key.
const MOST_DEVICES: usize = 1_000_000;

/// How keys are chosen by name.
#[derive(Clone, Copy)]
pub(super) struct KeyNames {
    kid_from: KidFrom,
    max_trials: usize,
}

impl KeyNames {
    pub(super) fn of(options: &Options<'_>) -> Self {
        Self {
            kid_from: options.kid_from,
            max_trials: options.max_key_trials.0 as usize,
        }
    }

    fn most_keys(self) -> usize {
        match self.kid_from {
            KidFrom::Header => MOST_KEYS,
            KidFrom::ClientId | KidFrom::Username => MOST_DEVICES,
        }
    }
}

/// Reads every key source that is given. An `issuer` without one has its keys where its discovery document
/// says. The log warns of names that choose too many keys, or that no client can have.
pub(super) fn load(
    mut options: KeyOptions<'_>,
    issuer: Option<&str>,
    names: KeyNames,
    at: Place<'_>,
    log: &Log,
) -> Result<KeySources, ConfigError> {
    let (mut keys, mut counts) = (Vec::new(), Vec::new());
    let mut add = |option, brought: Vec<Arc<Key>>| {
        counts.push((option, brought.len()));
        keys.extend(brought);
    };
    if let Some((option, key)) = hmac_key(&options, at, log)? {
        add(option, vec![Arc::new(key)]);
    }
    if let Some(keys) = public_keys(&options, at)? {
        add("public_key", keys.into_iter().map(Arc::new).collect());
    }
    if let Some(set) = options.jwks.take() {
        let read = jwk::read_set(&at.name("jwks"), set, log);
        add("jwks", read.map_err(|problem| at.error("jwks", problem))?);
    }
    if let Some(path) = &options.jwks_file {
        let read = jwk::read_file(&at.name("jwks_file"), path, names.most_keys(), log);
        let read = read.map_err(|problem| at.error("jwks_file", problem))?;
        add("jwks_file", read);
    }
    let endpoint = match issuer {
        Some(issuer) if keys.is_empty() && options.endpoint.url.is_none() => {
            let at = Place {
                url: "issuer",
                ..at
            };
            Some(endpoint::discovered(issuer, options.endpoint, at, log)?)
        }
        issuer => {
            let discovery = Discovery::Allowed(issuer.map(str::to_owned));
            endpoint::settings(options.endpoint, at, Some(discovery), log)?
        }
    };
    let local = KeyIndex::new(keys);
    match names.kid_from {
        KidFrom::Header => warn_of_ambiguity(&local, names.max_trials, log),
        KidFrom::ClientId | KidFrom::Username => tell_of_nameless(&local, log),
    }
    Ok(KeySources {
        local,
        counts,
        endpoint,
    })
}

/// Tells of keys that no client can have: it would have to be called by their `kid`.
fn tell_of_nameless(keys: &KeyIndex, log: &Log) {
    let number = keys.nameless();
    if number > 0 {
        log.write(LogLevel::Info, || {
            format!("`kid_from`: {number} key(s) have no `kid`, and serve nobody")
        });
    }
}

/// Warns of keys whose tokens will be refused, because too many fit them.
fn warn_of_ambiguity(keys: &KeyIndex, max: usize, log: &Log) {
    for (kid, algorithm, count) in keys.ambiguous(max) {
        log.write(LogLevel::Warn, || match kid {
            None => format!(
                "`max_key_trials`: {count} keys for {algorithm} have no `kid`, and a token that names none of \
                 the others is tried with {max} at most, so it is refused; give each key a `kid` that \
                 its tokens name, or raise the option"
            ),
            Some(kid) => format!(
                "`max_key_trials`: {count} keys for {algorithm} have the `kid` {}, and a token is tried \
                 with {max} at most, so one that names them is refused; give each key a `kid` of its own, \
                 or raise the option",
                quoted(kid)
            ),
        });
    }
}

/// The key of `secret` or `secret_file`, and which of the two it is.
fn hmac_key(
    options: &KeyOptions<'_>,
    at: Place<'_>,
    log: &Log,
) -> Result<Option<(&'static str, Key)>, ConfigError> {
    let (option, written) = match (&options.secret, &options.secret_file) {
        (Some(_), Some(_)) => {
            let problem = "`secret` is given as well; one is enough";
            return Err(at.error("secret_file", problem));
        }
        (Some(secret), None) => ("secret", Zeroizing::new(secret.as_bytes().to_vec())),
        (None, Some(path)) => {
            let read = file::read_keys(path);
            let read = read.map_err(|problem| at.error("secret_file", problem))?;
            ("secret_file", read)
        }
        (None, None) if options.secret_base64_encoded => {
            return Err(at.error("secret_base64_encoded", "there is no `secret`"));
        }
        (None, None) => return Ok(None),
    };
    let form = secret::Form {
        is_file: options.secret_file.is_some(),
        is_base64: options.secret_base64_encoded,
    };
    let name = quoted(&at.name(option)).to_string();
    secret::read(name, written, form, log)
        .map(|key| Some((option, key)))
        .map_err(|problem| at.error(option, problem))
}

/// The keys of `public_key`, under whichever of its two names it is given.
fn public_keys(options: &KeyOptions<'_>, at: Place<'_>) -> Result<Option<Vec<Key>>, ConfigError> {
    let (option, value) = match (&options.public_key, &options.pubkey) {
        (Some(_), Some(_)) => {
            let problem = "another name of `public_key`, which is given as well";
            return Err(at.error("pubkey", problem));
        }
        (Some(value), None) => ("public_key", value),
        (None, Some(value)) => ("pubkey", value),
        (None, None) => return Ok(None),
    };
    public_key::read(&at.name(option), value)
        .map(Some)
        .map_err(|problem| at.error(option, problem))
}
