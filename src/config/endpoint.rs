//! The options about an endpoint: `endpoint`, `refresh_interval`, `headers`, `ssl`,
//! `max_fail_count`.

use std::time::Duration;

use rustls::pki_types::ServerName;
use zeroize::Zeroizing;

use super::ConfigError;
use super::options::{Options, Ssl, Verify};
use crate::host::file;
use crate::host::log::{Log, LogLevel};
use crate::host::quote::quoted;
use crate::remote::{
    Authorities, ClientCertificate, Headers, Pace, Settings, Sni, Source, Tls, Url, certificates,
};

/// EMQX's word for: send no server name.
const NO_SERVER_NAME: &str = "disable";

/// What is to be fetched, and how often; none without `endpoint`.
pub(super) fn settings(
    options: &mut Options<'_>,
    log: &Log,
) -> Result<Option<Settings>, ConfigError> {
    let Some(endpoint) = &options.endpoint else {
        return without_endpoint(options);
    };
    let url = Url::parse(endpoint).map_err(|problem| ConfigError::at("endpoint", problem))?;
    let tls = match options.ssl.take() {
        Some(_) if !url.is_https() => {
            let problem = "`endpoint` is an http URL; TLS needs https";
            return Err(ConfigError::at("ssl", problem));
        }
        Some(ssl) => tls(ssl)?,
        None => Tls::default(),
    };
    warn_if_unverified(&url, &tls, log);
    let headers = headers(options)?;
    let interval = options.refresh_interval.unwrap_or_default().0;
    let pace = Pace {
        interval: Duration::from_secs(interval.into()),
        max_fail_count: options.max_fail_count.unwrap_or_default().0,
    };
    Ok(Some(Settings {
        source: Source { url, tls },
        headers,
        pace,
    }))
}

/// Warns where somebody else could answer in the endpoint's place.
fn warn_if_unverified(url: &Url, tls: &Tls, log: &Log) {
    let cause = if tls.unverified {
        "`ssl.verify` is verify_none"
    } else if !url.is_https() && !url.is_loopback() {
        "`endpoint` is an http URL of another machine"
    } else {
        return;
    };
    log.write(LogLevel::Warn, || {
        format!(
            "{cause}: whoever can answer in the endpoint's place decides which keys are trusted"
        )
    });
}

/// Options about an endpoint that is not there were meant for something.
fn without_endpoint(options: &Options<'_>) -> Result<Option<Settings>, ConfigError> {
    for (option, is_given) in [
        ("refresh_interval", options.refresh_interval.is_some()),
        ("headers", options.headers.is_some()),
        ("ssl", options.ssl.is_some()),
        ("max_fail_count", options.max_fail_count.is_some()),
    ] {
        if is_given {
            return Err(ConfigError::at(option, "there is no `endpoint`"));
        }
    }
    Ok(None)
}

fn headers(options: &mut Options<'_>) -> Result<Headers, ConfigError> {
    let mut headers = Headers::default();
    for (name, value) in options.headers.take().unwrap_or_default() {
        headers.add(&name, value).map_err(|problem| {
            ConfigError::at("headers", format!("{}: {problem}", quoted(&name)))
        })?;
    }
    Ok(headers)
}

fn tls(ssl: Ssl) -> Result<Tls, ConfigError> {
    let authorities = match &ssl.cacertfile {
        Some(path) => {
            let file = read("ssl.cacertfile", path)?;
            let authorities = Authorities::from_pem(&file);
            Some(authorities.map_err(|problem| ConfigError::at("ssl.cacertfile", problem))?)
        }
        None => None,
    };
    Ok(Tls {
        authorities,
        unverified: matches!(ssl.verify, Verify::VerifyNone),
        client_certificate: client_certificate(&ssl)?,
        server_name: server_name(ssl.server_name_indication)?,
    })
}

fn client_certificate(ssl: &Ssl) -> Result<Option<ClientCertificate>, ConfigError> {
    let (certfile, keyfile) = match (&ssl.certfile, &ssl.keyfile) {
        (Some(certfile), Some(keyfile)) => (certfile, keyfile),
        (Some(_), None) => {
            return Err(ConfigError::at("ssl.certfile", "`ssl.keyfile` is missing"));
        }
        (None, Some(_)) => {
            return Err(ConfigError::at("ssl.keyfile", "`ssl.certfile` is missing"));
        }
        (None, None) => return Ok(None),
    };
    let certificate = read("ssl.certfile", certfile)?;
    let key = read("ssl.keyfile", keyfile)?;
    let chain =
        certificates(&certificate).map_err(|problem| ConfigError::at("ssl.certfile", problem))?;
    ClientCertificate::from_pem(chain, [&certificate, &key])
        .map(Some)
        .map_err(|problem| ConfigError::at("ssl.keyfile", problem))
}

fn server_name(written: Option<String>) -> Result<Option<Sni>, ConfigError> {
    let Some(name) = written else { return Ok(None) };
    if name == NO_SERVER_NAME {
        return Ok(Some(Sni::Disabled));
    }
    let name = ServerName::try_from(name)
        .map_err(|_| ConfigError::at("ssl.server_name_indication", "not a host name"))?;
    Ok(Some(Sni::Name(name)))
}

fn read(option: &str, path: &str) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    file::read_keys(path).map_err(|problem| ConfigError::at(option, problem))
}
