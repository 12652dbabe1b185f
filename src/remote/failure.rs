//! Why a fetch brought no keys, in words that an operator can act on.

use std::fmt;
use std::io;
use std::time::Duration;

use ureq::{Error, Timeout};

use super::limits::{CONNECT_TIMEOUT, TOTAL_TIMEOUT};
use super::proxy_refusal::Refused;
use super::tls_failure::{self, ClientRefused, is_closed, tls_error};

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

    /// A failure of a connector.
    fn from_other(error: &(dyn std::error::Error + 'static)) -> Self {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return match error {
                rustls::Error::General(_) => Self::new(
                    "the system has no certificate authorities; install them, or set \
                     `ssl.cacertfile`",
                ),
                error => error.into(),
            };
        }
        let refused = error.downcast_ref::<Refused>().map(ToString::to_string);
        let client = error
            .downcast_ref::<ClientRefused>()
            .map(ToString::to_string);
        Self::new(
            refused
                .or(client)
                .unwrap_or_else(|| "the request failed".to_owned()),
        )
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
            Error::Other(other) => Self::from_other(other.as_ref()),
            _ => Self::new("the request failed"),
        }
    }
}

impl From<&io::Error> for Failure {
    fn from(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::new("the connection was refused"),
            kind if is_closed(kind) => {
                Self::new("the server closed the connection before its answer was complete")
            }
            kind => Self::new(format!("the connection failed: {kind}")),
        }
    }
}

impl From<&rustls::Error> for Failure {
    fn from(error: &rustls::Error) -> Self {
        Self::new(tls_failure::words(error))
    }
}
