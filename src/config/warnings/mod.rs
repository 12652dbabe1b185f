//! What should be changed about a configuration that is accepted: each warning names the option, and says what
//! can happen and what to set.
//!
//! What is seen only while an option is read is told of there: a weak secret, the certificate of an authority, and
//! an endpoint in whose place somebody else could answer.

mod files;

use super::issuers::{IssuerConfig, IssuersConfig};
use super::options::Options;
use crate::algorithm::Algorithm;
use crate::host::log::{Log, LogLevel};
use crate::host::quote::quoted;
use crate::keys::KidFrom;

pub(super) use files::OpenFiles;

/// So many options are named in one warning.
const NAMED: usize = 5;

/// Writes the warnings about what was read.
pub(super) fn write(options: &Options<'_>, issuers: &IssuersConfig, files: &OpenFiles, log: &Log) {
    if !log.is_open() {
        return;
    }
    let issuers = issuers.in_order().into_iter();
    // The top level may be there for what all issuers have in common.
    let issuers: Vec<_> = issuers.filter(|issuer| !issuer.keys.is_empty()).collect();
    let by_header = options.kid_from == KidFrom::Header;
    let ambiguous = issuers.iter().filter(|_| by_header);
    let ambiguous =
        ambiguous.flat_map(|issuer| too_many_keys(issuer, options.max_key_trials.0 as usize));
    let warnings = ambiguous
        .chain(many_algorithms(&issuers))
        .chain(no_expiry(&issuers))
        .chain(no_binding(&issuers).filter(|_| by_header))
        .chain(files.warnings(&issuers));
    for warning in warnings {
        log.write(LogLevel::Warn, || warning);
    }
}

/// Keys whose tokens will be refused, because too many fit them.
fn too_many_keys(issuer: &IssuerConfig, max: usize) -> Vec<String> {
    let of = match issuer.prefix.strip_suffix('.') {
        Some(issuer) => format!(" of {}", quoted(issuer)),
        None => String::new(),
    };
    let ambiguous = issuer.keys.local.ambiguous(max).into_iter();
    let warnings = ambiguous.map(|(kid, algorithm, count)| match kid {
        None => format!(
            "`max_key_trials`: {count} keys{of} for {algorithm} have no `kid`, and a token that names none of \
             the others is tried with {max} at most, so it is refused; give each key a `kid` that \
             its tokens name, or raise the option"
        ),
        Some(kid) => format!(
            "`max_key_trials`: {count} keys{of} for {algorithm} have the `kid` {}, and a token is tried \
             with {max} at most, so one that names them is refused; give each key a `kid` of its own, \
             or raise the option",
            quoted(kid)
        ),
    });
    warnings.collect()
}

/// RSA keys that are not bound to one algorithm (RFC 8725 section 3.1).
fn many_algorithms(issuers: &[&IssuerConfig]) -> Option<String> {
    let unbound = issuers
        .iter()
        .filter(|issuer| issuer.rules.header.algorithms.is_none());
    let sources = unbound.flat_map(|issuer| &issuer.sources).filter(|source| {
        let mut keys = source.keys.iter();
        keys.any(|key| key.serves(Algorithm::RS256) && key.serves(Algorithm::PS256))
    });
    let options: Vec<_> = sources.map(|source| source.option.clone()).collect();
    (!options.is_empty()).then(|| {
        format!(
            "{}: an RSA key that names no `alg` is good for all of RS256, RS384, RS512, PS256, PS384 and PS512; \
             set `algorithms` to the one that the issuer signs with",
            listed(&options)
        )
    })
}

/// Tokens that may be good for ever.
fn no_expiry(issuers: &[&IssuerConfig]) -> Option<String> {
    let options = lacking(issuers, "max_lifetime", |issuer| {
        let dates = &issuer.rules.dates;
        dates.require_exp || dates.max_lifetime.is_some()
    })?;
    Some(format!(
        "`require_exp` is false, and there is no {options}: a token without `exp` is good for ever; set `require_exp` to true"
    ))
}

/// Tokens that any client may use.
fn no_binding(issuers: &[&IssuerConfig]) -> Option<String> {
    let options = lacking(issuers, "verify_claims", |issuer| {
        issuer.rules.policy.ties_to_client()
    })?;
    Some(format!(
        "{options}: nothing ties a token to its client, so who has a token may connect under any name, unless the \
         topics in tokens hold %u or %c; set such as \"sub\": \"%u\" there, or `username_claim`, or `kid_from`"
    ))
}

/// The option of this name of those issuers that lack something; none: all have it. What all lack the top level's
/// option can mend.
fn lacking(
    issuers: &[&IssuerConfig],
    option: &str,
    has_it: impl Fn(&IssuerConfig) -> bool,
) -> Option<String> {
    let lacking = issuers.iter().filter(|issuer| !has_it(issuer));
    let options: Vec<_> = lacking
        .map(|issuer| format!("{}{option}", issuer.prefix))
        .collect();
    match options.len() {
        0 => None,
        all if all == issuers.len() => Some(quoted(option).to_string()),
        _ => Some(listed(&options)),
    }
}

/// The names of options, of many the first few.
fn listed(options: &[String]) -> String {
    let names: Vec<_> = options
        .iter()
        .take(NAMED)
        .map(|option| quoted(option).to_string())
        .collect();
    match options.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
