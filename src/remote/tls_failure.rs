//! Why TLS failed, in words that an operator can act on.

use std::fmt::{self, Write};
use std::io::{self, ErrorKind};
use std::time::{Duration, SystemTime};

use rustls::pki_types::{ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, Error, OtherError, PeerIncompatible};

use crate::host::clock::LAST_SECOND;
use crate::host::quote::quoted;

/// How many of the names in a certificate are told.
const MOST_NAMES: usize = 3;

const VERSIONS: &str = "the server speaks neither TLS 1.2 nor TLS 1.3, and this library speaks no \
                        other version";

const NOTHING_IN_COMMON: &str = "the server and this library have no cipher suite, group or signature \
                                 algorithm of TLS in common";

/// A server that asked for a client certificate ended the connection.
#[derive(Debug)]
pub(super) enum ClientRefused {
    /// It was shown none.
    Unknown,
    /// It does not take the one that it was shown.
    NotTaken(AlertDescription),
}

impl ClientRefused {
    /// Whether it may have been for the certificate.
    pub(super) fn from_error(error: &io::Error, has_certificate: bool) -> Option<Self> {
        match tls_error(error) {
            Some(Error::AlertReceived(alert)) if has_certificate => {
                is_about_certificates(*alert).then_some(Self::NotTaken(*alert))
            }
            Some(Error::AlertReceived(_)) => Some(Self::Unknown),
            Some(_) => None,
            None => (!has_certificate && is_closed(error.kind())).then_some(Self::Unknown),
        }
    }
}

impl fmt::Display for ClientRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str(
                "the server asks for a client certificate; set `ssl.certfile` and `ssl.keyfile`",
            ),
            Self::NotTaken(alert) => {
                f.write_str("the server does not take the client certificate of `ssl.certfile`: ")?;
                spaced(f, alert)
            }
        }
    }
}

impl std::error::Error for ClientRefused {}

/// The error of rustls within one of a connection.
pub(super) fn tls_error(error: &io::Error) -> Option<&Error> {
    let inner = error.get_ref()?;
    inner
        .downcast_ref::<Error>()
        .or_else(|| inner.source()?.downcast_ref())
}

/// Whether the other side ended the connection.
pub(super) fn is_closed(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
    )
}

fn is_about_certificates(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::CertificateRequired
    )
}

/// A part of a sentence for an error.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(defect) => certificate(defect),
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            ClientRefused::Unknown.to_string()
        }
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => VERSIONS.to_owned(),
        Error::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity,
        )
        | Error::PeerIncompatible(
            PeerIncompatible::NoCipherSuitesInCommon
            | PeerIncompatible::NoKxGroupsInCommon
            | PeerIncompatible::NoSignatureSchemesInCommon,
        ) => NOTHING_IN_COMMON.to_owned(),
        Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            "the server does not know the name that it was asked for; see \
             `ssl.server_name_indication`"
                .to_owned()
        }
        Error::AlertReceived(alert) => told("the server ended TLS with the alert", alert),
        Error::PeerIncompatible(lack) => told("the server's TLS and this library's differ", lack),
        Error::PeerMisbehaved(breach) => told("the server breaks the rules of TLS", breach),
        Error::InvalidMessage(_) => "the server does not speak TLS".to_owned(),
        Error::NoCertificatesPresented => "the server shows no certificate".to_owned(),
        Error::DecryptError | Error::PeerSentOversizedRecord => {
            "what the server sent was damaged on its way".to_owned()
        }
        other => format!("TLS failed: {other}"),
    }
}

fn certificate(defect: &CertificateError) -> String {
    let about = match defect {
        CertificateError::ExpiredContext { not_after, .. } => match date(*not_after) {
            Some(date) => return format!("the server's certificate has expired: on {date}"),
            None => "has expired",
        },
        CertificateError::Expired => "has expired",
        CertificateError::NotValidYetContext { not_before, .. } => {
            let from = date(*not_before).map(|date| format!(" before {date}"));
            return format!(
                "the server's certificate is not valid{}; if it should be, the system's clock is \
                 wrong",
                from.as_deref().unwrap_or(" yet")
            );
        }
        CertificateError::NotValidYet => {
            "is not valid yet; if it should be, the system's clock is wrong"
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => return names(expected, presented),
        CertificateError::NotValidForName => "is for other names",
        CertificateError::UnknownIssuer => {
            "is from an authority that is not trusted; see `ssl.cacertfile`"
        }
        CertificateError::BadSignature => {
            "is not signed by the authority that it names, or the server has not its key; see \
             `ssl.cacertfile`"
        }
        CertificateError::Revoked => "was revoked",
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "is not meant for servers (extended key usage)"
        }
        CertificateError::UnhandledCriticalExtension => {
            "has a critical extension that is not known here"
        }
        CertificateError::BadEncoding => "is not well-formed",
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "is signed with an algorithm that is not supported, such as SHA-1"
        }
        CertificateError::Other(OtherError(error)) => match error.downcast_ref() {
            Some(webpki::Error::CaUsedAsEndEntity) => {
                "is that of an authority; if it is the server's own, put it into `ssl.cacertfile`"
            }
            Some(webpki::Error::UnsupportedCertVersion) => "is of X.509 version 1, without names",
            Some(error) => return told("the server's certificate is not good", error),
            None => "is not good",
        },
        other => return told("the server's certificate is not good", other),
    };
    format!("the server's certificate {about}")
}

/// As HTTP writes a date; none after the year 9999.
fn date(time: UnixTime) -> Option<String> {
    let seconds = time.as_secs();
    i64::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds <= LAST_SECOND)?;
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    Some(httpdate::fmt_http_date(time))
}

/// What a certificate is for. Its names are the server's words, so they are escaped and cut.
fn names(expected: &ServerName<'_>, presented: &[String]) -> String {
    let expected = expected.to_str();
    let expected = quoted(&expected);
    if presented.is_empty() {
        return format!(
            "the server's certificate has no names (subjectAltName), so it is not for {expected}"
        );
    }
    let mut words = "the server's certificate is for other names: ".to_owned();
    let shown = presented.iter().take(MOST_NAMES).map(|name| bare(name));
    for (index, name) in shown.enumerate() {
        let before = if index > 0 { ", " } else { "" };
        let _ = write!(words, "{before}{}", quoted(name));
    }
    let rest = presented.len().saturating_sub(MOST_NAMES);
    if rest > 0 {
        let _ = write!(words, " and {rest} more");
    }
    let _ = write!(words, "; not for {expected}");
    words
}

/// The name in `DnsName("id.example")` or `IpAddress(192.0.2.7)`, as webpki writes names.
fn bare(name: &str) -> &str {
    let inner = name
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.map_or(name, |inner| inner.trim_matches('"'))
}

fn told(what: &str, name: &impl fmt::Debug) -> String {
    let mut words = format!("{what}: ");
    let _ = spaced(&mut words, name);
    words
}

/// The name of an error of rustls or webpki as words: `UnknownCA` is "unknown ca".
fn spaced(to: &mut impl Write, name: &impl fmt::Debug) -> fmt::Result {
    let name = format!("{name:?}");
    let mut is_after_small = false;
    for letter in name.chars().take_while(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && is_after_small {
            to.write_char(' ')?;
        }
        is_after_small = !letter.is_ascii_uppercase();
        to.write_char(letter.to_ascii_lowercase())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn name(name: &'static str) -> ServerName<'static> {
        ServerName::try_from(name).unwrap_or_else(|_| unreachable!("{name}"))
    }

    #[test]
    fn the_names_of_a_certificate_are_told_cut_and_escaped() {
        let long = format!("DnsName(\"{}\")", "x".repeat(150));
        for (presented, told) in [
            (
                vec!["DnsName(\"id.example\")"],
                "is for other names: `id.example`; not for `a.example`",
            ),
            (
                vec!["IpAddress(192.0.2.7)", "DnsName(\"`\u{1b}\")"],
                r"is for other names: `192.0.2.7`, `\`\u{1b}`; not for `a.example`",
            ),
            (
                vec!["a", "b", "c", "d", "e"],
                "is for other names: `a`, `b`, `c` and 2 more; not for `a.example`",
            ),
            (
                vec![&long],
                &format!(
                    "is for other names: `{}...`; not for `a.example`",
                    "x".repeat(128)
                ),
            ),
            (
                vec![],
                "has no names (subjectAltName), so it is not for `a.example`",
            ),
        ] {
            let presented: Vec<_> = presented.into_iter().map(str::to_owned).collect();
            let found = names(&name("a.example"), &presented);
            assert_eq!(found, format!("the server's certificate {told}"));
        }
    }

    #[test]
    fn a_date_is_told_as_far_as_there_are_dates() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        for (seconds, expected) in [
            (0, Some("Thu, 01 Jan 1970 00:00:00 GMT")),
            (253_402_300_799, Some("Fri, 31 Dec 9999 23:59:59 GMT")),
            (253_402_300_800, None),
            (u64::MAX, None),
        ] {
            assert_eq!(date(at(seconds)).as_deref(), expected);
        }
        let defect = |seconds| CertificateError::ExpiredContext {
            time: at(7),
            not_after: at(seconds),
        };
        let expired = "the server's certificate has expired";
        let dated = format!("{expired}: on Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(certificate(&defect(0)), dated);
        assert_eq!(certificate(&defect(u64::MAX)), expired);
    }

    #[test]
    fn what_has_no_words_of_its_own_is_told_by_the_words_of_its_name() {
        let other = |error| CertificateError::Other(OtherError(Arc::new(error)));
        for (error, told) in [
            (
                Error::AlertReceived(AlertDescription::InternalError),
                "the server ended TLS with the alert: internal error",
            ),
            (
                Error::AlertReceived(AlertDescription::UnknownCA),
                "the server ended TLS with the alert: unknown ca",
            ),
            (
                other(webpki::Error::PathLenConstraintViolated).into(),
                "the server's certificate is not good: path len constraint violated",
            ),
            (
                PeerIncompatible::ExtendedMasterSecretExtensionRequired.into(),
                "the server's TLS and this library's differ: extended master secret extension \
                 required",
            ),
        ] {
            assert_eq!(words(&error), told);
        }
    }
}
