//! What the tokens of each issuer must be like: the top level, and the option `issuers`.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::key_sources::KeyNames;
use super::loaded::KeySource;
use super::options::{IssuerOptions, Options};
use super::place::Place;
use super::{ConfigError, key_sources};
use crate::algorithm::Algorithm;
use crate::host::log::{Log, LogLevel};
use crate::host::quote::quoted;
use crate::keys::KeySources;
use crate::operator_rules::OperatorRules;
use crate::policy::{ClaimNames, Policy};
use crate::token::{ClaimPath, ClaimTable, DateRules, HeaderRules, SignatureRules};

/// The issuers, as far as they are plain data.
pub(crate) struct IssuersConfig {
    /// The top level of the configuration: for tokens of any issuer that is not listed.
    pub(crate) unlisted: IssuerConfig,
    /// Those of `issuers`, by the exact `iss` of their tokens.
    pub(crate) listed: HashMap<Box<str>, IssuerConfig, RandomState>,
}

/// An issuer, as far as it is plain data.
pub(crate) struct IssuerConfig {
    /// What leads to its options: nothing at the top level, or such as `issuers[2].`.
    pub(super) prefix: Box<str>,
    /// The options that have brought the keys that are here already.
    pub(super) sources: Vec<KeySource>,
    pub(crate) rules: IssuerRules,
    pub(crate) keys: KeySources,
}

/// What the tokens of an issuer must be like, beside their keys. What the top level asks for is part of it.
pub(crate) struct IssuerRules {
    pub(crate) header: HeaderRules,
    pub(crate) signature: SignatureRules,
    pub(crate) dates: DateRules,
    pub(crate) policy: Policy,
}

impl IssuersConfig {
    /// Reads the keys and conditions of each issuer. The claims that they use get slots in `table`.
    pub(super) fn read(
        options: &mut Options<'_>,
        table: &mut ClaimTable,
        log: &Log,
    ) -> Result<Self, ConfigError> {
        check_name(
            options.username_claim.as_deref(),
            "username_claim",
            Place::TOP,
        )?;
        check_name(Some(&options.acl_claim_name), "acl_claim_name", Place::TOP)?;
        let names = KeyNames::of(options);
        let (sources, keys) = key_sources::load(options.take_keys(), None, names, Place::TOP, log)?;
        let issuers = std::mem::take(&mut options.issuers);
        if keys.is_empty() && issuers.is_empty() {
            return Err(ConfigError::whole(
                "no key is configured; give at least one of `secret`, `secret_file`, `public_key`, \
                 `jwks`, `jwks_file`, `endpoint`, `issuers`",
            ));
        }
        let mut listed = HashMap::default();
        for (index, issuer) in issuers.into_iter().enumerate() {
            let prefix = format!("issuers[{index}].");
            let at = Place {
                prefix: &prefix,
                ..Place::TOP
            };
            let name = Box::from(issuer.issuer.as_str());
            let config = listed_issuer(issuer, options, table, at, log)?;
            if listed.insert(name, config).is_some() {
                return Err(at.error("issuer", "listed before"));
            }
        }
        let served = |algorithm| {
            let mut all = std::iter::once(&keys).chain(listed.values().map(|issuer| &issuer.keys));
            all.any(|keys| keys.serves(algorithm))
        };
        check_algorithms(options.algorithms.as_deref(), served, Place::TOP)?;
        let unlisted = IssuerConfig {
            prefix: Place::TOP.prefix.into(),
            sources,
            rules: rules(options, None, Place::TOP, table)?,
            keys,
        };
        Ok(Self { unlisted, listed })
    }

    /// The issuer of this `iss`.
    pub(crate) fn named(&self, iss: &str) -> &IssuerConfig {
        self.listed.get(iss).unwrap_or(&self.unlisted)
    }

    /// Whether any keys are to be fetched.
    #[cfg(any(fuzzing, test))]
    pub(crate) fn are_fetched(&self) -> bool {
        let mut all = std::iter::once(&self.unlisted).chain(self.listed.values());
        all.any(|issuer| issuer.keys.endpoint.is_some())
    }

    /// All, in the order of the configuration.
    pub(super) fn in_order(&self) -> Vec<&IssuerConfig> {
        let mut all: Vec<_> = self.listed.values().chain([&self.unlisted]).collect();
        // A number that is longer is larger.
        all.sort_unstable_by_key(|issuer| (issuer.prefix.len(), &issuer.prefix));
        all
    }

    /// What there is, for the log.
    pub(crate) fn describe(&self) -> String {
        let mut description = self.unlisted.keys.describe();
        let mut listed: Vec<_> = self.listed.iter().collect();
        listed.sort_unstable_by_key(|(name, _)| *name);
        for (name, issuer) in listed {
            description.push_str("; issuer ");
            description.push_str(&quoted(name).to_string());
            description.push_str(": ");
            description.push_str(&issuer.keys.describe());
        }
        description
    }
}

/// An entry of `issuers`, with what the top level asks for.
fn listed_issuer(
    mut issuer: IssuerOptions<'_>,
    top: &Options<'_>,
    table: &mut ClaimTable,
    at: Place<'_>,
    log: &Log,
) -> Result<IssuerConfig, ConfigError> {
    if issuer.issuer.is_empty() {
        return Err(at.error("issuer", "the name is empty"));
    }
    check_name(issuer.username_claim.as_deref(), "username_claim", at)?;
    check_name(issuer.acl_claim_name.as_deref(), "acl_claim_name", at)?;
    let options = issuer.take_keys();
    let names = KeyNames::of(top);
    let (sources, keys) = key_sources::load(options, Some(&issuer.issuer), names, at, log)?;
    check_algorithms(
        issuer.algorithms.as_deref(),
        |algorithm| keys.serves(algorithm),
        at,
    )?;
    let rules = rules(top, Some(&issuer), at, table)?;
    let HeaderRules {
        algorithms,
        token_types,
    } = &rules.header;
    for (option, is_none_left) in [
        ("algorithms", algorithms.as_ref().is_some_and(Vec::is_empty)),
        (
            "token_type",
            token_types.as_ref().is_some_and(Vec::is_empty),
        ),
    ] {
        if is_none_left {
            let problem = format!("the top level's `{option}` allows none of them");
            return Err(at.error(option, problem));
        }
    }
    if let (Some(own), Some(top)) = (issuer.max_lifetime, top.max_lifetime)
        && own.0 > top.0
    {
        let option = at.name("max_lifetime");
        log.write(LogLevel::Warn, || {
            format!("`{option}` is longer than the top level's, in whose place it stands")
        });
    }
    Ok(IssuerConfig {
        prefix: at.prefix.into(),
        sources,
        rules,
        keys,
    })
}

/// Refuses a name that no claim can have.
fn check_name(name: Option<&str>, option: &str, at: Place<'_>) -> Result<(), ConfigError> {
    match name.and_then(ClaimPath::defect) {
        None => Ok(()),
        Some(defect) => Err(at.error(option, defect)),
    }
}

/// Refuses a list with an algorithm for which there can be no key.
fn check_algorithms(
    algorithms: Option<&[Algorithm]>,
    served: impl Fn(Algorithm) -> bool,
    at: Place<'_>,
) -> Result<(), ConfigError> {
    let Some(algorithms) = algorithms else {
        return Ok(());
    };
    if algorithms.is_empty() {
        return Err(at.error("algorithms", "the list is empty"));
    }
    match algorithms.iter().find(|algorithm| !served(**algorithm)) {
        None => Ok(()),
        Some(unserved) => {
            let problem = format!("no configured key can verify {unserved}");
            Err(at.error("algorithms", problem))
        }
    }
}

/// What the tokens of an issuer must be like; none: those of issuers that are not listed.
fn rules(
    top: &Options<'_>,
    issuer: Option<&IssuerOptions<'_>>,
    at: Place<'_>,
    table: &mut ClaimTable,
) -> Result<IssuerRules, ConfigError> {
    let own = issuer.map(|issuer| &issuer.verify_claims);
    let verify_claims = [Some(&top.verify_claims), own].into_iter().flatten();
    let own_acl = issuer.map(|issuer| (at.name("acl"), &issuer.acl));
    let acl = [Some((Place::TOP.name("acl"), &top.acl)), own_acl];
    let acl = acl.iter().flatten();
    let acl = acl.map(|(option, rules)| (&**option, &*rules.0));
    let operator = OperatorRules::new(acl, table)
        .map_err(|(rule, problem)| ConfigError::at(&rule, problem))?;
    let username_claim = issuer.and_then(|issuer| issuer.username_claim.as_deref());
    let superuser_claim = (issuer.and_then(|issuer| issuer.superuser_claim_name.as_ref()))
        .unwrap_or(&top.superuser_claim_name);
    let acl_claim_name = issuer.and_then(|issuer| issuer.acl_claim_name.as_deref());
    Ok(IssuerRules {
        header: HeaderRules {
            algorithms: both(
                top.algorithms.as_deref(),
                issuer.and_then(|issuer| issuer.algorithms.as_deref()),
            ),
            token_types: both(
                top.token_type.as_ref().map(|types| &*types.0),
                issuer.and_then(|issuer| Some(&*issuer.token_type.as_ref()?.0)),
            ),
        },
        signature: SignatureRules {
            format: (issuer.and_then(|issuer| issuer.signature_format)).or(top.signature_format),
            max_key_trials: top.max_key_trials.0 as usize,
        },
        dates: DateRules {
            leeway: top.leeway.0.into(),
            require_exp: top.require_exp,
            check_iat: top.check_iat,
            max_lifetime: (issuer.and_then(|issuer| issuer.max_lifetime))
                .or(top.max_lifetime)
                .map(|seconds| seconds.0),
        },
        policy: Policy::new(
            verify_claims.flat_map(|claims| claims.0.iter().cloned()),
            top.certificate_binding,
            operator,
            &ClaimNames {
                username: username_claim.or(top.username_claim.as_deref()),
                superuser: superuser_claim.0.as_deref(),
                acl: acl_claim_name.unwrap_or(&top.acl_claim_name),
            },
            !top.disconnect_after_expire,
            table,
        ),
    })
}

/// What both lists allow; no list allows all.
fn both<T: Clone + PartialEq>(top: Option<&[T]>, own: Option<&[T]>) -> Option<Vec<T>> {
    match (top, own) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one.to_vec()),
        (Some(top), Some(own)) => {
            let both = own.iter().filter(|one| top.contains(one));
            Some(both.cloned().collect())
        }
    }
}
