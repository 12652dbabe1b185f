//! From JSON text to a [`Config`] in which everything has been checked.

mod endpoint;
mod key_sources;
mod options;
mod verify_claims;

use std::fmt;

use serde_path_to_error::{Path, Segment};

use crate::client::Field;
use crate::host::log::Log;
use crate::host::quote::quoted;
use crate::json::{self, Json};
use crate::keys::KeySources;
use crate::policy::Policy;
use crate::refusal::{Decision, Refusal};
use crate::revocations::RevocationsFile;
use crate::token::{ClaimTable, DateRules, HeaderRules, SignatureRules};

use options::{Disposition, Options};

/// A configuration in which everything has been checked. It is plain data: nothing runs yet, and
/// nothing was fetched.
pub(crate) struct Config {
    pub(crate) rules: Rules,
    pub(crate) issuer: IssuerRules,
    pub(crate) keys: KeySources,
    pub(crate) revocations: Option<RevocationsFile>,
    /// How many verified tokens are remembered.
    pub(crate) cache_capacity: u32,
}

/// What every check goes by, whoever issued the token.
pub(crate) struct Rules {
    /// The CONNECT field that carries the token.
    pub(crate) from: Field,
    /// The longest token, in bytes.
    pub(crate) max_token_size: usize,
    /// The claims that are used.
    pub(crate) claims: ClaimTable,
    pub(crate) dispositions: Dispositions,
}

/// What the tokens of an issuer must be like, beside their keys.
pub(crate) struct IssuerRules {
    pub(crate) header: HeaderRules,
    pub(crate) signature: SignatureRules,
    pub(crate) dates: DateRules,
    pub(crate) policy: Policy,
}

impl Config {
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
        let mut claims = ClaimTable::new();
        let policy = Policy::new(
            options.verify_claims.0,
            options.certificate_binding,
            &options.acl_claim_name,
            !options.disconnect_after_expire,
            &mut claims,
        );
        let rules = Rules {
            from: options.from,
            max_token_size: options.max_token_size.0 as usize,
            claims,
            dispositions: Dispositions {
                missing: options.on_missing,
                malformed: options.on_malformed,
                unknown_key: options.on_unknown_key,
            },
        };
        let issuer = IssuerRules {
            header: HeaderRules {
                algorithms: options.algorithms,
            },
            signature: SignatureRules {
                format: options.signature_format,
                max_key_trials: options.max_key_trials.0 as usize,
            },
            dates: DateRules {
                leeway: options.leeway.0.into(),
                require_exp: options.require_exp,
                check_iat: options.check_iat,
            },
            policy,
        };
        Ok(Self {
            rules,
            issuer,
            keys,
            revocations,
            cache_capacity: options.cache_capacity.0,
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
    pub(crate) fn at(path: &str, problem: impl fmt::Display) -> Self {
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
