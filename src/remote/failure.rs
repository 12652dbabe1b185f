//! Why a fetch brought no keys, in words that an operator can act on.

use std::fmt;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};
use ureq::{Error, Timeout};

use super::limits::{CONNECT_TIMEOUT, TOTAL_TIMEOUT};
use super::tunnel::Refused;

/// Why a fetch failed.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// A part of a sentence. It shows nothing of the URL but its origin.
    cause: String,
    retry_after: Option<Duration>,
}

impl Failure {
    pub(super) fn new(cause: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            retry_after: None,
        }
    }

    /// The same, and the server wants to be left alone for so long.
    pub(super) fn until(mut self, retry_after: Option<Duration>) -> Self {
        self.retry_after = retry_after;
        self
    }

    /// The same, with a remark in parentheses.
    pub(super) fn with_remark(mut self, remark: &str) -> Self {
        self.cause = format!("{} ({remark})", self.cause);
        self
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether an operator was told all of it when told of the other.
    pub(super) fn has_cause_of(&self, other: &Self) -> bool {
        self.cause == other.cause
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::HostNotFound => Self::new("the host name cannot be resolved"),
            Error::Timeout(Timeout::Connect) => Self::new(format!(
                "no connection within {} seconds",
                CONNECT_TIMEOUT.as_secs()
            )),
            Error::Timeout(_) => Self::new(format!(
                "no complete answer within {} seconds",
                TOTAL_TIMEOUT.as_secs()
            )),
            Error::BodyExceedsLimit(largest) => {
                Self::new(format!("the answer is larger than {largest} bytes"))
            }
            Error::LargeResponseHeader(..) => Self::new("the answer's headers are too large"),
            Error::Protocol(_) | Error::Http(_) => Self::new("the answer is not HTTP"),
            Error::Io(error) => match tls_error(error) {
                Some(error) => error.into(),
                None => Self::from(error),
            },
            Error::Other(other) => match other.downcast_ref::<rustls::Error>() {
                Some(rustls::Error::General(_)) => Self::new(
                    "the system has no certificate authorities; install them, or set \
                     `ssl.cacertfile`",
                ),
                Some(error) => error.into(),
                None => match other.downcast_ref::<Refused>() {
                    Some(refused) => Self::new(refused.to_string()),
                    None => Self::new("the request failed"),
                },
            },
            _ => Self::new("the request failed"),
        }
    }
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    let inner = error.get_ref()?;
    inner
        .downcast_ref::<rustls::Error>()
        .or_else(|| inner.source()?.downcast_ref())
}

impl From<&io::Error> for Failure {
    fn from(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::new("the connection was refused"),
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => {
                Self::new("the server closed the connection before its answer was complete")
            }
            kind => Self::new(format!("the connection failed: {kind}")),
        }
    }
}

impl From<&rustls::Error> for Failure {
    fn from(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(defect) => certificate(defect),
            rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => Self::new(
                "the server asks for a client certificate; set `ssl.certfile` and `ssl.keyfile`",
            ),
            rustls::Error::AlertReceived(alert) => {
                Self::new(format!("the server ended the TLS handshake: {alert:?}"))
            }
            rustls::Error::InvalidMessage(_) => Self::new("the server does not speak TLS"),
            error => Self::new(format!("TLS failed: {error}")),
        }
    }
}

fn certificate(defect: &CertificateError) -> Failure {
    Failure::new(match defect {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet; if it should be, the system's clock is wrong"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the server's certificate is for another host name"
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "the server's certificate is from an authority that is not trusted; see \
             `ssl.cacertfile`"
        }
        CertificateError::Revoked => "the server's certificate was revoked",
        defect => return Failure::new(format!("the server's certificate is not good: {defect}")),
    })
}
