//! The options that name keys: `secret`, `secret_file`, `public_key`, `jwks`, `jwks_file`,
//! `endpoint`.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::ConfigError;
use super::endpoint;
use super::loaded::KeySource;
use super::options::{KeyOptions, Options};
use super::place::Place;
use crate::host::file;
use crate::host::log::{Log, LogLevel};
use crate::host::quote::quoted;
use crate::keys::{KeyIndex, KeySources, KidFrom, jwk, public_key, secret};

/// The most keys that a `jwks_file` may have.
const MOST_KEYS: usize = 10_000;

/// The same where each device has a key.
const MOST_DEVICES: usize = 1_000_000;

/// How keys are chosen by name.
#[derive(Clone, Copy)]
pub(super) struct KeyNames {
    kid_from: KidFrom,
}

impl KeyNames {
    pub(super) fn of(options: &Options<'_>) -> Self {
        Self {
            kid_from: options.kid_from,
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
/// says. The log tells of keys that no client can have by its name.
pub(super) fn load(
    mut options: KeyOptions<'_>,
    issuer: Option<&str>,
    names: KeyNames,
    at: Place<'_>,
    log: &Log,
) -> Result<(Vec<KeySource>, KeySources), ConfigError> {
    let mut sources = Vec::new();
    sources.extend(hmac_key(&options, at, log)?);
    sources.extend(public_keys(&options, at, log)?);
    sources.extend(key_sets(&mut options, names.most_keys(), at, log)?);
    let endpoint = match issuer {
        Some(issuer) if sources.is_empty() && options.endpoint.url.is_none() => {
            let at = Place {
                url: "issuer",
                ..at
            };
            Some(endpoint::discovered(issuer, options.endpoint, at, log)?)
        }
        issuer => endpoint::settings(options.endpoint, issuer, at, log)?,
    };
    let keys = sources.iter().flat_map(|source| &source.keys);
    let local = KeyIndex::new(keys.cloned().collect());
    if names.kid_from != KidFrom::Header {
        tell_of_nameless(&local, log);
    }
    let counts = sources
        .iter()
        .map(|source| (source.source, source.keys.len()));
    let keys = KeySources {
        local,
        counts: counts.collect(),
        endpoint,
    };
    Ok((sources, keys))
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

/// The key of `secret` or `secret_file`.
fn hmac_key(
    options: &KeyOptions<'_>,
    at: Place<'_>,
    log: &Log,
) -> Result<Option<KeySource>, ConfigError> {
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
    let key = secret::read(name, written, form, log);
    let key = key.map_err(|problem| at.error(option, problem))?;
    Ok(Some(KeySource {
        option: at.name(option),
        source: option,
        file: options.secret_file.clone(),
        keys: vec![Arc::new(key)],
    }))
}

/// The keys of `public_key`, under whichever of its two names it is given.
fn public_keys(
    options: &KeyOptions<'_>,
    at: Place<'_>,
    log: &Log,
) -> Result<Option<KeySource>, ConfigError> {
    let (option, value) = match (&options.public_key, &options.pubkey) {
        (Some(_), Some(_)) => {
            let problem = "another name of `public_key`, which is given as well";
            return Err(at.error("pubkey", problem));
        }
        (Some(value), None) => ("public_key", value),
        (None, Some(value)) => ("pubkey", value),
        (None, None) => return Ok(None),
    };
    let name = at.name(option);
    let (keys, is_file) =
        public_key::read(&name, value, log).map_err(|problem| at.error(option, problem))?;
    Ok(Some(KeySource {
        option: name,
        source: "public_key",
        file: is_file.then(|| value.clone()),
        keys: keys.into_iter().map(Arc::new).collect(),
    }))
}

/// The keys of `jwks` and `jwks_file`.
fn key_sets(
    options: &mut KeyOptions<'_>,
    most_keys: usize,
    at: Place<'_>,
    log: &Log,
) -> Result<Vec<KeySource>, ConfigError> {
    let mut sources = Vec::new();
    if let Some(set) = options.jwks.take() {
        let option = at.name("jwks");
        let read = jwk::read_set(&option, set, log);
        sources.push(KeySource {
            keys: read.map_err(|problem| at.error("jwks", problem))?,
            option,
            source: "jwks",
            file: None,
        });
    }
    if let Some(path) = &options.jwks_file {
        let option = at.name("jwks_file");
        let read = jwk::read_file(&option, path, most_keys, log);
        sources.push(KeySource {
            keys: read.map_err(|problem| at.error("jwks_file", problem))?,
            option,
            source: "jwks_file",
            file: Some(path.clone()),
        });
    }
    Ok(sources)
}
