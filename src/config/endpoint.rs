//! The options about an endpoint: `endpoint`, `refresh_interval`, `headers`, `ssl`, `proxy`,
//! `bearer_token_file`, `max_fail_count`. Without the feature `endpoint`, `no_endpoint` stands in its place.

use std::collections::BTreeMap;
use std::time::Duration;

use rustls::pki_types::ServerName;
use zeroize::Zeroizing;

use super::ConfigError;
use super::options::ssl::{Ssl, Verify};
use super::options::{EndpointOptions, RevocationsEndpoint};
use super::place::Place;
use crate::host::file;
use crate::host::log::{Log, LogLevel};
use crate::host::quote::quoted;
use crate::remote::{
    Authorities, ClientCertificate, Discovery, Headers, Pace, Proxy, Settings, Sni, Source, Terms,
    Tls, Url, certificates, discovery_url,
};

/// EMQX's word for: send no server name.
const NO_SERVER_NAME: &str = "disable";

/// What whoever can answer in the place of an endpoint decides.
const TRUSTED_KEYS: &str = "which keys are trusted";
const REVOKED_TOKENS: &str = "which tokens are revoked";

/// What is to be fetched, and how often; none without a URL. If an `issuer` is given, a discovery document must be
/// that of this one.
pub(super) fn settings(
    options: EndpointOptions,
    issuer: Option<&str>,
    at: Place<'_>,
    log: &Log,
) -> Result<Option<Settings>, ConfigError> {
    let Some(url) = &options.url else {
        return at.without_url(&options).map(|()| None);
    };
    let url = Url::parse(url).map_err(|problem| at.error(at.url, problem))?;
    let discovery = Discovery::Allowed(issuer.map(str::to_owned));
    settings_for(url, options, at, Some(discovery), TRUSTED_KEYS, log).map(Some)
}

/// The same for an issuer whose key set is where its discovery document says; `at` names the option that
/// holds the issuer as the URL.
pub(super) fn discovered(
    issuer: &str,
    options: EndpointOptions,
    at: Place<'_>,
    log: &Log,
) -> Result<Settings, ConfigError> {
    let url = discovery_url(issuer).map_err(|problem| {
        at.error(
            at.url,
            format!("{problem}; an issuer without a key source is where its keys are discovered"),
        )
    })?;
    settings_for(
        url,
        options,
        at,
        Some(Discovery::Required(issuer.to_owned())),
        TRUSTED_KEYS,
        log,
    )
}

/// What `revocations_endpoint` says.
pub(super) fn of_revocations(
    options: RevocationsEndpoint,
    log: &Log,
) -> Result<Settings, ConfigError> {
    let at = Place {
        prefix: "revocations_endpoint.",
        url: "url",
    };
    let url = Url::parse(&options.url).map_err(|problem| at.error(at.url, problem))?;
    let mut settings = settings_for(url, options.into(), at, None, REVOKED_TOKENS, log)?;
    "revocations_endpoint".clone_into(&mut settings.terms.option);
    Ok(settings)
}

fn settings_for(
    url: Url,
    options: EndpointOptions,
    at: Place<'_>,
    discovery: Option<Discovery>,
    at_stake: &str,
    log: &Log,
) -> Result<Settings, ConfigError> {
    let tls = match options.ssl {
        Some(_) if !url.is_https() => {
            let option = at.name(at.url);
            let problem = format!("{} is an http URL; TLS needs https", quoted(&option));
            return Err(at.error("ssl", problem));
        }
        Some(ssl) => tls(ssl, at)?,
        None => Tls::default(),
    };
    let proxy = match options.proxy {
        Some(proxy) => Some(Proxy::parse(&proxy).map_err(|problem| at.error("proxy", problem))?),
        None => None,
    };
    warn_if_unverified(&url, &tls, proxy.is_some(), at, at_stake, log);
    let mut headers = headers(options.headers.unwrap_or_default(), at)?;
    if let Some(path) = options.bearer_token_file {
        let set = headers.set_bearer_token_file(path);
        set.map_err(|problem| at.error("bearer_token_file", problem))?;
    }
    let interval = options.refresh_interval.unwrap_or_default().0;
    let pace = Pace {
        interval: Duration::from_secs(interval.into()),
        max_fail_count: options.max_fail_count.unwrap_or_default().0,
    };
    Ok(Settings {
        source: Source {
            url,
            tls,
            proxy,
            discovery,
        },
        terms: Terms {
            option: at.name(at.url),
            headers,
            pace,
        },
    })
}

/// Warns where somebody else could answer in the endpoint's place.
fn warn_if_unverified(
    url: &Url,
    tls: &Tls,
    has_proxy: bool,
    at: Place<'_>,
    at_stake: &str,
    log: &Log,
) {
    const HTTPS: &str = "use https";
    let (option, cause, cure) = if tls.unverified {
        ("ssl.verify", "is verify_none", "set `ssl.cacertfile`")
    } else if !url.is_https() && !url.is_loopback() {
        (at.url, "is an http URL of another machine", HTTPS)
    } else if !url.is_https() && has_proxy {
        let cause = "is an http URL that is reached through a proxy";
        (at.url, cause, HTTPS)
    } else {
        return;
    };
    log.write(LogLevel::Warn, || {
        format!(
            "{} {cause}: whoever can answer in the endpoint's place decides {at_stake}; {cure}",
            quoted(&at.name(option))
        )
    });
}

fn headers(
    written: BTreeMap<String, Zeroizing<String>>,
    at: Place<'_>,
) -> Result<Headers, ConfigError> {
    let mut headers = Headers::default();
    for (name, value) in written {
        headers
            .add(&name, value)
            .map_err(|problem| at.error("headers", format!("{}: {problem}", quoted(&name))))?;
    }
    Ok(headers)
}

fn tls(ssl: Ssl, at: Place<'_>) -> Result<Tls, ConfigError> {
    let authorities = match &ssl.cacertfile {
        Some(path) => {
            let file = read("ssl.cacertfile", path, at)?;
            let authorities = Authorities::from_pem(&file);
            Some(authorities.map_err(|problem| at.error("ssl.cacertfile", problem))?)
        }
        None => None,
    };
    Ok(Tls {
        authorities,
        unverified: matches!(ssl.verify, Verify::VerifyNone),
        client_certificate: client_certificate(&ssl, at)?,
        server_name: server_name(ssl.server_name_indication, at)?,
    })
}

fn client_certificate(ssl: &Ssl, at: Place<'_>) -> Result<Option<ClientCertificate>, ConfigError> {
    let (certfile, keyfile) = match (&ssl.certfile, &ssl.keyfile) {
        (Some(certfile), Some(keyfile)) => (certfile, keyfile),
        (Some(_), None) => {
            return Err(at.error("ssl.certfile", "`ssl.keyfile` is missing"));
        }
        (None, Some(_)) => {
            return Err(at.error("ssl.keyfile", "`ssl.certfile` is missing"));
        }
        (None, None) => return Ok(None),
    };
    let certificate = read("ssl.certfile", certfile, at)?;
    let key = read("ssl.keyfile", keyfile, at)?;
    let chain = certificates(&certificate).map_err(|problem| at.error("ssl.certfile", problem))?;
    ClientCertificate::from_pem(chain, [&certificate, &key])
        .map(Some)
        .map_err(|problem| at.error("ssl.keyfile", problem))
}

fn server_name(written: Option<String>, at: Place<'_>) -> Result<Option<Sni>, ConfigError> {
    let Some(name) = written else { return Ok(None) };
    if name == NO_SERVER_NAME {
        return Ok(Some(Sni::Disabled));
    }
    let name = ServerName::try_from(name)
        .map_err(|_| at.error("ssl.server_name_indication", "not a host name"))?;
    Ok(Some(Sni::Name(name)))
}

fn read(option: &str, path: &str, at: Place<'_>) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    file::read_keys(path).map_err(|problem| at.error(option, problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Place<'_> = Place {
        prefix: "issuers[2].",
        url: "issuer",
    };

    #[test]
    fn an_issuer_is_discovered_at_its_well_known_place() {
        let issuer = "https://id.example/";
        let found = discovered(issuer, EndpointOptions::default(), AT, &Log::new(None));
        let url = Url::parse("https://id.example/.well-known/openid-configuration");
        let settings = found.unwrap_or_else(|error| unreachable!("{error}"));
        assert_eq!(Ok(settings.source.url), url);
        let expected = Discovery::Required(issuer.to_owned());
        assert_eq!(settings.source.discovery, Some(expected));
        assert_eq!(settings.terms.option, "issuers[2].issuer");
    }

    #[test]
    fn an_error_names_the_option_by_its_whole_name() {
        let with = |options| discovered("https://id.example", options, AT, &Log::new(None));
        let headers = EndpointOptions {
            headers: Some([("Host".to_owned(), Zeroizing::default())].into()),
            ..EndpointOptions::default()
        };
        let ssl = EndpointOptions {
            ssl: Some(Ssl {
                keyfile: Some("k.pem".to_owned()),
                ..Ssl::default()
            }),
            ..EndpointOptions::default()
        };
        for (found, expected) in [
            (
                discovered("hunter2", EndpointOptions::default(), AT, &Log::new(None)),
                "`issuers[2].issuer`: not a URL with scheme and host, such as https://id.example/keys; \
                 an issuer without a key source is where its keys are discovered",
            ),
            (
                with(headers),
                "`issuers[2].headers`: `Host`: a header that the library sets or must not send",
            ),
            (
                with(ssl),
                "`issuers[2].ssl.keyfile`: `ssl.certfile` is missing",
            ),
        ] {
            let found = found.err().map(|error| error.to_string());
            assert_eq!(found.as_deref(), Some(expected));
        }
    }
}
